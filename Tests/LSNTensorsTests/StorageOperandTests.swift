import LSNReferenceBackend
import LSNTensors
import Testing

/// Storages, records and flat runs that do not fit are refused before anything is launched, whatever the backend.
@Suite struct StorageOperandTests {
    @Test(arguments: TestedBackend.allCases)
    func storage(_ tested: TestedBackend) throws {
        let backend = tested.backend
        let storage = try backend.allocate(words: 100)
        let alignment = backend.sliceAlignment
        expectMismatch("allocate") { _ = try backend.allocate(words: -1) }
        expectMismatch("write") { try backend.write([UInt32](repeating: 0, count: 101), to: storage) }
        expectMismatch("read") { _ = try backend.read(storage, count: 101) }
        expectMismatch("read") { _ = try backend.read(storage, count: -1) }
        expectMismatch("fill") { try backend.fill(storage, with: 0, count: 101) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: 0, count: 101) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: 0, count: -1) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: 1, count: 1) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: alignment, count: 101 - alignment) }
        expectMismatch("slice") { _ = try backend.slice(storage, offset: .max, count: 1) }
    }

    @Test("Storage that another kind of backend made is refused, and never read")
    func foreignStorage() throws {
        let shape = ImageShape(images: 1, height: 3, width: 3, channels: 10)
        for (maker, user) in [(TestedBackend.reference, TestedBackend.openCL), (.openCL, .reference)] {
            let (foreign, backend) = (try maker.backend.zeros(words: 320), user.backend)
            let tensor = RealTensor(shape: shape, storage: foreign)
            let own = RealTensor(shape: shape, storage: try backend.zeros(words: 320))
            let bias = ChannelVector(channels: 10, storage: foreign)
            expectMismatch("fill") { try backend.fill(foreign, with: 0, count: 1) }
            expectMismatch("slice") { _ = try backend.slice(foreign, offset: 0, count: 1) }
            expectMismatch("write") { try backend.write([1] as [UInt32], to: foreign) }
            expectMismatch("read") { _ = try backend.read(foreign, count: 1) }
            expectMismatch("copy") { _ = try backend.copy(tensor) }
            expectMismatch("accumulate") { try backend.accumulate(tensor, into: own) }
            expectMismatch("addBias") { try backend.addBias(bias, to: own) }
            expectMismatch("measureNorm") { try backend.measureNorm(of: own, record: foreign, word: 0) }
            expectMismatch("findNonFinite") {
                try backend.findNonFinite(in: foreign, count: 1, record: own.storage, word: 0)
            }
        }
    }

    @Test("Kernels themselves refuse another backend's storage, too")
    func foreignStorageBelowTheFront() throws {
        let shape = ImageShape(images: 1, height: 1, width: 1, channels: 8)
        for (maker, user) in [(TestedBackend.reference, TestedBackend.openCL), (.openCL, .reference)] {
            let tensor = RealTensor(shape: shape, storage: try maker.backend.zeros(words: 8))
            let kernels = user.backend.kernels
            #expect(throws: BackendError.self) { try kernels.device.read(tensor.storage, count: 1) }
            #expect(throws: BackendError.self) { try kernels.elementwise.accumulate(tensor, into: tensor) }
        }
    }

    @Test(arguments: TestedBackend.allCases)
    func shortStorage(_ tested: TestedBackend) throws {
        let (operands, backend) = (Operands(tested), tested.backend)
        let shape = operands.shape
        let short = RealTensor(shape: shape, storage: try backend.allocate(words: shape.realWords - 1))
        let spikes = SpikeTensor(shape: shape, storage: try backend.allocate(words: shape.spikeWords - 1))
        let full = try operands.real(shape)
        expectMismatch("copy") { _ = try backend.copy(short) }
        expectMismatch("copy") { try backend.copy(full, into: short) }
        expectMismatch("scale") { try backend.scale(short, by: 2) }
        expectMismatch("sum") { _ = try backend.sum(.real(full), .real(short)) }
        expectMismatch("sum") { _ = try backend.sum(.spikes(spikes), .real(full)) }
        expectMismatch("normalize") { _ = try backend.normalize(short, with: operands.norm(10)) }
        expectMismatch("globalAveragePool") { _ = try backend.globalAveragePool(.real(short)) }
        let vector = ChannelVector(channels: 10, storage: try backend.zeros(words: 15))
        expectMismatch("addBias") { try backend.addBias(vector, to: full) }
        let filter = Filter(
            shape: FilterShape(outputs: 9, inputs: 10, height: 1, width: 1),
            storage: try backend.zeros(words: 159)
        )
        expectMismatch("convolve") {
            _ = try backend.convolve(.real(full), filter: filter, geometry: WindowGeometry())
        }
    }

    @Test("Shapes that overflow are refused, not computed with", arguments: TestedBackend.allCases)
    func hugeShapes(_ tested: TestedBackend) throws {
        let backend = tested.backend
        let storage = try backend.allocate(words: 100)
        for huge in [
            ImageShape(images: 1 << 20, height: 1 << 20, width: 1, channels: 1),
            ImageShape(images: 1 << 31, height: 1 << 31, width: 1 << 31, channels: 1),
            ImageShape(images: 1 << 30, height: 1 << 30, width: 1 << 30, channels: 1),
            ImageShape(images: 1 << 20, height: 1 << 10, width: 1, channels: 40),
            ImageShape(images: 0, height: 1, width: 1, channels: 1),
            ImageShape(images: 1, height: -1, width: 1, channels: 1),
        ] {
            expectMismatch("copy") { _ = try backend.copy(RealTensor(shape: huge, storage: storage)) }
            expectMismatch("countSpikes") {
                let spikes = SpikeTensor(shape: huge, storage: storage)
                try backend.countSpikes(spikes, differingFrom: nil, record: storage, word: 0)
            }
        }
        // Rounded up to a work-group's end, the last index would not fit 31 bits.
        for images in [Int(Int32.max), Int(Int32.max) - 255] {
            let shape = ImageShape(images: images, height: 1, width: 1, channels: 1)
            let spikes = SpikeTensor(shape: shape, storage: storage)
            let error = #expect(throws: BackendError.self) {
                try backend.logicGate(input: spikes, excitatory: spikes, inhibitory: spikes)
            }
            #expect("\(error, default: "")".contains("pixels than kernels count"))
        }
        let small = RealTensor(shape: ImageShape(images: 1, height: 1, width: 1, channels: 1), storage: storage)
        for huge in [
            FilterShape(outputs: 1 << 30, inputs: 1, height: 1 << 20, width: 1 << 20),
            FilterShape(outputs: .max, inputs: 1, height: 1, width: 1),
            FilterShape(outputs: 1 << 24, inputs: 1, height: 1 << 8, width: 1),
            FilterShape(outputs: 0, inputs: 1, height: 1, width: 1),
        ] {
            let filter = Filter(shape: huge, storage: storage)
            expectMismatch("convolve") {
                _ = try backend.convolve(.real(small), filter: filter, geometry: WindowGeometry())
            }
        }
    }

    @Test("As many values as the shape has, no more and no fewer", arguments: TestedBackend.allCases)
    func values(_ tested: TestedBackend) throws {
        let backend = tested.backend
        let shape = ImageShape(images: 2, height: 3, width: 1, channels: 5)
        let filter = FilterShape(outputs: 2, inputs: 3, height: 1, width: 1)
        for count in [0, 5, 31] {
            let values = [Float](repeating: 1, count: count)
            expectMismatch("realTensor") { _ = try backend.realTensor(values, shape: shape) }
            expectMismatch("spikeTensor") { _ = try backend.spikeTensor(values, shape: shape) }
            expectMismatch("filter") { _ = try backend.filter(values, shape: filter) }
        }
        _ = try backend.realTensor([Float](repeating: 1, count: 30), shape: shape)
    }

    @Test(arguments: TestedBackend.allCases)
    func optimizers(_ tested: TestedBackend) throws {
        let backend = tested.backend
        let (long, short) = (try backend.zeros(words: 20), try backend.zeros(words: 19))
        func adam(_ storages: [any Storage], count: Int = 20, step: Int = 1) throws {
            try backend.adam(
                parameters: storages[0],
                gradients: storages[1],
                firstMoment: storages[2],
                secondMoment: storages[3],
                count: count,
                step: AdamStep(learningRate: 1, step: step)
            )
        }
        func momentum(_ storages: [any Storage], count: Int = 20, step: Int = 1) throws {
            try backend.sgd(
                parameters: storages[0],
                gradients: storages[1],
                velocity: storages[2],
                count: count,
                step: SGDStep(learningRate: 1, step: step)
            )
        }
        for place in 0..<4 {
            var storages = [long, long, long, long]
            storages[place] = short
            expectMismatch("adam") { try adam(storages) }
            if place < 3 { expectMismatch("sgd") { try momentum(storages) } }
        }
        expectMismatch("adam") { try adam([long, long, long, long], step: 0) }
        expectMismatch("adam") { try adam([long, long, long, long], count: 1 << 33) }
        expectMismatch("sgd") { try momentum([long, long, long], step: 0) }
        expectMismatch("sgd") { try momentum([long, long, long], count: -1) }
    }

    @Test(arguments: TestedBackend.allCases)
    func clippedNorms(_ tested: TestedBackend) throws {
        let backend = tested.backend
        for parts in [[], [0..<0], [4..<8], [0..<12], [-8..<8], [0..<1 << 33]] {
            expectMismatch("runTable") { _ = try backend.runTable(parts) }
        }
        let (values, record) = (try backend.zeros(words: 600), try backend.zeros(words: 2))
        let runs = try backend.runTable([0..<8, 64..<600])
        #expect(runs.count == 4)
        func clip(_ count: Int, _ maximum: Float, _ word: Int) throws {
            try backend.clipNorm(of: values, count: count, over: runs, maximum: maximum, record: record, word: word)
        }
        try clip(600, 1, 1)
        expectMismatch("clipNorm") { try clip(601, 1, 1) }
        expectMismatch("clipNorm") { try clip(592, 1, 1) }
        expectMismatch("clipNorm") { try clip(600, 0, 1) }
        expectMismatch("clipNorm") { try clip(600, .nan, 1) }
        expectMismatch("clipNorm") { try clip(600, 1, 2) }
    }

    @Test(arguments: TestedBackend.allCases)
    func finiteness(_ tested: TestedBackend) throws {
        let backend = tested.backend
        let storage = try backend.zeros(words: 8)
        expectMismatch("findNonFinite") { try backend.findNonFinite(in: storage, count: 9, record: storage, word: 0) }
        expectMismatch("findNonFinite") { try backend.findNonFinite(in: storage, count: 8, record: storage, word: 8) }
        expectMismatch("findNonFinite") {
            try backend.findNonFinite(in: storage, count: 8, record: storage, word: .max)
        }
    }

    @Test(arguments: TestedBackend.allCases)
    func measurements(_ tested: TestedBackend) throws {
        let backend = tested.backend
        let record = try backend.zeros(words: 8)
        let shape = ImageShape(images: 1, height: 1, width: 1, channels: 8)
        let spikes = SpikeTensor(shape: shape, storage: record)
        let values = RealTensor(shape: shape, storage: record)
        let larger = SpikeTensor(shape: shape.with(images: 2), storage: record)
        expectMismatch("countSpikes") {
            try backend.countSpikes(spikes, differingFrom: larger, record: record, word: 0)
        }
        expectMismatch("countSpikes") { try backend.countSpikes(spikes, differingFrom: nil, record: record, word: 7) }
        expectMismatch("countSpikes") { try backend.countSpikes(spikes, differingFrom: nil, record: record, word: -1) }
        expectMismatch("countValues") { try backend.countValues(values, record: record, word: 5) }
        expectMismatch("measureNorm") { try backend.measureNorm(of: values, record: record, word: 8) }
        let small = RealTensor(shape: shape.with(images: 9), storage: record)
        expectMismatch("measureNorm") { try backend.measureNorm(of: small, record: record, word: 0) }
    }

    @Test(arguments: TestedBackend.allCases)
    func pictures(_ tested: TestedBackend) throws {
        let backend = tested.backend
        func prepare(_ shape: ImageShape, pixels: Int, transforms: Int, constants: Int) throws {
            _ = try backend.prepareImages(
                pixels: try backend.zeros(words: pixels),
                transforms: try backend.zeros(words: transforms),
                shape: shape,
                mean: [Float](repeating: 0, count: constants),
                deviation: [1]
            )
        }
        let shape = ImageShape(images: 3, height: 4, width: 2, channels: 1)
        try prepare(shape, pixels: 6, transforms: 9, constants: 1)
        expectMismatch("prepareImages") { try prepare(shape, pixels: 5, transforms: 9, constants: 1) }
        expectMismatch("prepareImages") { try prepare(shape, pixels: 6, transforms: 8, constants: 1) }
        expectMismatch("prepareImages") { try prepare(shape, pixels: 6, transforms: 9, constants: 2) }
        expectMismatch("prepareImages") { try prepare(shape.with(images: 0), pixels: 6, transforms: 9, constants: 1) }

        func frames(_ words: Int, steps: Int) throws {
            _ = try backend.prepareFrames(
                counts: try backend.zeros(words: words),
                transforms: try backend.zeros(words: 3),
                shape: ImageShape(images: 4, height: 1, width: 3, channels: 1),
                timeSteps: steps
            )
        }
        try frames(6, steps: 4)
        expectMismatch("prepareFrames") { try frames(5, steps: 4) }
        expectMismatch("prepareFrames") { try frames(6, steps: 3) }
        expectMismatch("prepareFrames") { try frames(6, steps: 2) }
        func erase(_ count: Int, steps: Int, words: Int) throws {
            let shape = ImageShape(images: 6, height: 2, width: 2, channels: 3)
            let tensor = RealTensor(shape: shape, storage: try backend.zeros(words: shape.realWords))
            let rectangles = try backend.zeros(words: words)
            try backend.erase(tensor, rectangles: rectangles, count: count, timeSteps: steps)
        }
        func mix(_ share: Double, _ box: PictureBox?, steps: Int = 1, other: Int = 6) throws {
            func tensor(_ images: Int) throws -> RealTensor {
                let shape = ImageShape(images: images, height: 2, width: 4, channels: 3)
                return RealTensor(shape: shape, storage: try backend.zeros(words: shape.realWords))
            }
            let mix = SampleMix(share: share, box: box)
            _ = try backend.mix(tensor(6), with: tensor(other), by: mix, timeSteps: steps)
        }
        try mix(0.5, PictureBox(rows: 0..<2, columns: 1..<4), steps: 3)
        expectMismatch("mix") { try mix(1.5, nil) }
        expectMismatch("mix") { try mix(.nan, nil) }
        expectMismatch("mix") { try mix(0.5, PictureBox(rows: 0..<3, columns: 0..<1)) }
        expectMismatch("mix") { try mix(0.5, PictureBox(rows: 0..<1, columns: -1..<1)) }
        expectMismatch("mix") { try mix(0.5, nil, steps: 4) }
        expectMismatch("mix") { try mix(0.5, nil, other: 5) }
        try erase(2, steps: 3, words: 16)
        expectMismatch("erase") { try erase(2, steps: 3, words: 15) }
        expectMismatch("erase") { try erase(0, steps: 3, words: 16) }
        expectMismatch("erase") { try erase(1, steps: 4, words: 16) }
        expectMismatch("erase") { try erase(1, steps: 0, words: 16) }
        expectMismatch("prepareFrames") { try frames(6, steps: 0) }
    }

    @Test("Crops that do not lie in their picture, or pictures in the words", arguments: TestedBackend.allCases)
    func crops(_ tested: TestedBackend) throws {
        let backend = tested.backend
        let pixels = try backend.zeros(words: 3)
        func resize(_ crops: [PictureCrop], channels: Int = 3) throws {
            _ = try backend.resizeImages(
                pixels: pixels,
                crops: crops,
                shape: ImageShape(images: 1, height: 2, width: 2, channels: channels),
                mean: [0, 0, 0],
                deviation: [1, 1, 1]
            )
        }
        for words: [UInt32] in [
            [0, 2, 2, 2, 2, 1, 0, 0], [0, 2, 2, 2, 2, 0, 1, 0], [1, 2, 2, 2, 2, 0, 0, 0], [0, 2, 3, 2, 3, 0, 0, 0],
            [0, 0, 2, 2, 2, 0, 0, 0], [0, 2, 2, 1, 2, 0, 0, 0], [0, 2, 2, 2, (1 << 30) + 1, 0, 0, 0],
            [0, (1 << 16) + 1, 1, 2, 2, 0, 0, 0], [.max, 2, 2, 2, 2, 0, 0, 0],
        ] {
            expectMismatch("resizeImages") { try resize([PictureCrop(words[...])]) }
        }
        let crop = PictureCrop([0, 2, 2, 2, 2, 0, 0, 1][...])
        #expect(crop.integers == [0, 2, 2, 2, 2, 0, 0, 1])
        try resize([crop])
        expectMismatch("resizeImages") { try resize([crop, crop]) }
        expectMismatch("resizeImages") { try resize([crop], channels: 2) }
    }
}
