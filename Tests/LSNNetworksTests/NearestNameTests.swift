import LSNNetworks
import Testing

@Suite struct NearestNameTests {
    @Test(arguments: [("kitten", "sitting", 3), ("", "abc", 3), ("same", "same", 0)])
    func distances(a: String, b: String, expected: Int) {
        #expect(NearestName.distance(a, b) == expected)
        #expect(NearestName.distance(b, a) == expected)
    }

    @Test func onlyWhatIsLikeItIsGuessed() {
        #expect(NearestName.find("lsn91", among: ["lsn19", "lsn101", "sew-resnet18"]) == "lsn19")
        #expect(NearestName.find("transformer", among: ["lsn19", "lsn101"]) == nil)
    }
}
