import Foundation
import LSNTestSupport
import Testing

@testable import LSNOpenCLRuntime

@Suite struct IncludeTests {
    @Test func includesBecomeTextWithLineNumbers() throws {
        let tree = KernelSourceTree(
            files: [
                "a/main.cl": "one\n  #  include \"common/layout.cl\" // why\nthree",
                "common/layout.cl": "int layout;\n",
            ],
            origin: "Kernels"
        )
        let source = try tree.resolved("a/main.cl", preamble: ["before"])
        #expect(
            source.text == """
                before
                #line 1 "Kernels/a/main.cl"
                one
                #line 1 "Kernels/common/layout.cl"
                int layout;

                #line 3 "Kernels/a/main.cl"
                three

                """
        )
        let lines: [(String, Int)?] = [
            nil, nil, ("a/main.cl", 1), nil, ("common/layout.cl", 1), ("common/layout.cl", 2), nil, ("a/main.cl", 3),
        ]
        #expect(source.places == lines.map { $0.map { .init(file: "Kernels/" + $0.0, line: $0.1) } })
    }

    @Test func fileIsPutInAsOftenAsItIsIncluded() throws {
        let main = "#include \"x.cl\"\n#include \"x.cl\"\n"
        let often = KernelSourceTree(files: ["m.cl": main, "x.cl": "TEXT"], origin: "")
        #expect(try often.resolved("m.cl").text.components(separatedBy: "TEXT").count == 3)
        let once = KernelSourceTree(files: ["m.cl": main, "x.cl": "#pragma once\nTEXT"], origin: "")
        let text = try once.resolved("m.cl").text
        #expect(text.components(separatedBy: "TEXT").count == 2)
        #expect(!text.contains("pragma"))
    }

    @Test func commentsAndOtherDirectivesStayAsTheyAre() throws {
        let main = """
            // #include "nowhere.cl"
            /* begins
            #include "nowhere.cl"
            ends */ int a; // /* no comment begins here
            /* one line */ #include "nowhere.cl"
            #include <nowhere.h>
            #define include_me "nowhere.cl"
            #pragma unroll
            """
        let tree = KernelSourceTree(files: ["m.cl": main], origin: "K")
        #expect(try tree.resolved("m.cl").text == "#line 1 \"K/m.cl\"\n" + main + "\n")
    }

    @Test func quotesAndBackslashesInTheOriginAreEscaped() throws {
        let tree = KernelSourceTree(files: ["m.cl": ""], origin: "a\"b\\c")
        #expect(try tree.resolved("m.cl").text.hasPrefix("#line 1 \"a\\\"b\\\\c/m.cl\"\n"))
    }

    @Test func missingIncludeNamesTheLineThatAsksForIt() throws {
        let tree = KernelSourceTree(
            files: ["m.cl": "#include \"x.cl\"", "x.cl": "\n\n#include \"common/gone.cl\""],
            origin: "Kernels"
        )
        let error = #expect(throws: OpenCLError.self) { try tree.resolved("m.cl") }
        #expect(
            error?.description
                == "Kernels/x.cl:3: #include \"common/gone.cl\" names no file; there are m.cl, x.cl"
        )
    }

    @Test func missingFileIsNamed() throws {
        let tree = KernelSourceTree(files: ["m.cl": ""], origin: "Kernels")
        let error = #expect(throws: OpenCLError.self) { try tree.resolved("n.cl") }
        #expect(error?.description == "Kernels/n.cl: there is no such kernel file; there are m.cl")
    }

    @Test func circleIsNamed() throws {
        let tree = KernelSourceTree(
            files: ["a.cl": "#include \"b.cl\"", "b.cl": "\n#include \"c.cl\"", "c.cl": "#include \"b.cl\""],
            origin: "Kernels"
        )
        let error = #expect(throws: OpenCLError.self) { try tree.resolved("a.cl") }
        #expect(error?.description == "Kernels/c.cl:1: the file includes itself: b.cl -> c.cl -> b.cl")
    }
}

@Suite struct SourceFolderTests {
    @Test func folderIsReadWithItsFolders() throws {
        let folder = try TemporaryFolder()
        try folder.write("kernel void a() {}", to: "neuron/a.cl")
        try folder.write("// é", to: "b.cl")
        try folder.write("no kernel", to: "neuron/notes.txt")
        let tree = try KernelSourceTree.directory(folder.path + "/")
        #expect(tree.files == ["neuron/a.cl": "kernel void a() {}", "b.cl": "// é"])
        #expect(tree.origin == folder.path)
    }

    @Test func missingFolderIsNamed() throws {
        let error = #expect(throws: OpenCLError.self) { try KernelSourceTree.directory("/nonexistent/kernels") }
        #expect(error?.description == "/nonexistent/kernels: there is no such folder of kernels")
    }

    @Test func fileInPlaceOfAFolderIsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "file.cl")
        let error = #expect(throws: OpenCLError.self) { try KernelSourceTree.directory(folder.path + "/file.cl") }
        #expect(error?.description == "\(folder.path)/file.cl: there is no such folder of kernels")
    }

    @Test func folderWithoutKernelsIsRefused() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: OpenCLError.self) { try KernelSourceTree.directory(folder.path) }
        #expect(error?.description == "\(folder.path): no file below this folder ends in .cl")
    }

    @Test func textThatIsNoUTF8IsRefused() throws {
        let folder = try TemporaryFolder()
        try folder.write([0x2f, 0x2f, 0xff], to: "a.cl")
        let error = #expect(throws: OpenCLError.self) { try KernelSourceTree.directory(folder.path) }
        #expect(error?.description == "\(folder.path)/a.cl: the file is not UTF-8 text")
    }
}
