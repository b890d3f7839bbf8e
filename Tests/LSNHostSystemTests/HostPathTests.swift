import LSNHostSystem
import Testing

@Test func namesAreJoinedByOneSlash() {
    #expect(HostPath.join("runs", "a.json") == "runs/a.json" && HostPath.join("runs/", "a.json") == "runs/a.json")
    #expect(HostPath.join("/", "a") == "/a" && HostPath.join("a", "b/c") == "a/b/c")
}

@Test func aFileHasAFolderAndNeighbours() {
    #expect(HostPath.folder(of: "runs/a.json") == "runs/" && HostPath.folder(of: "a.json") == "./")
    #expect(HostPath.folder(of: "/a") == "/")
    #expect(HostPath.beside("runs/a.json", "b") == "runs/b" && HostPath.beside("a.json", "b") == "b")
    #expect(HostPath.beside("/a", "b") == "/b")
}
