import Foundation
import Testing

@Suite(.enabled(if: hasOpenCL)) struct BuildCommandTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    /// Runs `lsn build-programs` with lines on standard input and a PoCL cache of its own.
    private func build(_ lines: [String], cache: String) throws -> CommandResult {
        let requests = place.file("requests")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: requests))
        try FileManager.default.createDirectory(atPath: place.file(cache), withIntermediateDirectories: true)
        let command = "exec '\(program.path)' build-programs --device opencl < '\(requests)'"
        return try place.start(
            URL(fileURLWithPath: "/bin/sh"),
            ["-c", command],
            environment: ["POCL_CACHE_DIR": place.file(cache)]
        ).result()
    }

    private func files(in folder: String, named name: String) throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: place.file(folder)).count { $0.hasSuffix("/" + name) }
    }

    @Test func theDriverKeepsWhatIsBuiltAndEachRequestIsAnswered() throws {
        func request(_ value: Int) -> String {
            #"{"source": "kernel void put(global int *x) { x[0] = VALUE; }", "options": ["-DVALUE=\#(value)"]}"#
        }
        let result = try build([request(1), request(2), #"{"source": "no program", "options": []}"#], cache: "pocl")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output == "\n\n\n")
        // PoCL's name for what it compiled a source to.
        #expect(try files(in: "pocl", named: "program.bc") == 2)
    }

    @Test func aLineThatAsksForNothingIsNamed() throws {
        let result = try build([#"{"source": "", "options": []}"#, "x"], cache: "pocl")
        #expect(result.code == 2)
        #expect(result.errors.contains("line 2 of standard input is no program to build"), "\(result.errors)")
    }

    @Test func itIsNotListed() throws {
        let help = try place.lsn("--help")
        #expect(!help.output.contains("build-programs"))
    }

    /// From empty caches, where other processes build ahead, and from full ones.
    @Test func aRunFromEmptyCachesHasTheBitsOfOneFromFullOnes() throws {
        let training = [
            "train", "--device", "opencl", "--width", "0.0625", "--timesteps", "2", "--limit-train", "40",
            "--limit-test",
            "20", "--batch-size", "20", "--epochs", "1",
        ]
        try FileManager.default.createDirectory(atPath: place.file("pocl"), withIntermediateDirectories: true)
        for name in ["cold", "warm"] {
            let result = try place.lsn(
                training + ["--output", name],
                environment: ["POCL_CACHE_DIR": place.file("pocl"), "LSN_CACHE_DIR": place.file("lsn")]
            )
            #expect(result.code == 0, "\(result.errors)")
        }
        #expect(try metrics(place.file("cold")) == metrics(place.file("warm")))
        #expect(
            try place.tensors("cold/checkpoint-last.safetensors") == place.tensors("warm/checkpoint-last.safetensors")
        )
        // PoCL keeps its own: nothing is asked of it, for which it would compile every kernel once more.
        #expect(!place.exists("lsn/programs"))
        let kept = try FileManager.default.subpathsOfDirectory(atPath: place.file("pocl"))
        #expect(!kept.contains { $0.contains("/0-0-0") })
    }
}
