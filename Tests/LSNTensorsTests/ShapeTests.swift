import LSNTensors
import Testing

@Test func anImageShapeCountsItsWords() {
    let shape = ImageShape(images: 2, height: 3, width: 5, channels: 33)
    #expect(shape.area == 15)
    #expect(shape.pixels == 30)
    #expect(shape.count == 990)
    #expect(shape.channelStride == 40)
    #expect(shape.wordsPerPixel == 2)
    #expect(shape.realWords == 1200)
    #expect(shape.spikeWords == 60)
    #expect(shape.description == "[2, 33, 3, 5]")
    #expect(shape.with(images: 4).realWords == 2400)
}

@Test(arguments: [(1, 8, 1), (8, 8, 1), (9, 16, 1), (32, 32, 1), (33, 40, 2), (64, 64, 2), (65, 72, 3)])
func channelsArePaddedToTheirGroups(channels: Int, stride: Int, words: Int) {
    let shape = ImageShape(images: 1, height: 1, width: 1, channels: channels)
    #expect(shape.channelStride == stride)
    #expect(shape.wordsPerPixel == words)
}

@Test func aFilterShapeCountsItsWords() {
    let shape = FilterShape(outputs: 9, inputs: 5, height: 3, width: 2)
    #expect(shape.taps == 6)
    #expect(shape.count == 270)
    #expect(shape.outputStride == 16)
    #expect(shape.words == 480)
    #expect(shape.description == "[9, 5, 3, 2]")
}

/// Extents as PyTorch's conv2d gives them.
@Test(arguments: [
    (input: 28, window: 3, stride: 1, padding: 1, output: 28),
    (input: 28, window: 3, stride: 2, padding: 1, output: 14),
    (input: 7, window: 3, stride: 2, padding: 1, output: 4),
    (input: 33, window: 7, stride: 2, padding: 3, output: 17),
    (input: 9, window: 1, stride: 2, padding: 0, output: 5),
    (input: 3, window: 3, stride: 1, padding: 0, output: 1),
])
func windowsFitAsOftenAsInPyTorch(input: Int, window: Int, stride: Int, padding: Int, output: Int) {
    let geometry = WindowGeometry(stride: stride, padding: padding)
    #expect(geometry.outputExtent(input, window: window) == output)
    let shape = ImageShape(images: 2, height: input, width: input + stride, channels: 3)
    let filtered = geometry.output(of: shape, filter: FilterShape(outputs: 4, inputs: 3, height: window, width: window))
    #expect(filtered == ImageShape(images: 2, height: output, width: output + 1, channels: 4))
    let pooled = geometry.output(of: shape, window: window)
    #expect(pooled == ImageShape(images: 2, height: output, width: output + 1, channels: 3))
}

@Test func aTimeAxisFoldsTimeIntoImages() {
    let sequence = TimeAxis(steps: 4)
    #expect(sequence.outputImages(12) == 12)
    #expect(sequence.batch(12) == 3)
    let picture = TimeAxis(steps: 4, isStatic: true)
    #expect(picture.outputImages(3) == 12)
    #expect(picture.batch(3) == 3)
}
