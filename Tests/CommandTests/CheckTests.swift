import Foundation
import LSNFileFormats
import Testing

@Suite struct CheckTests {
    private let place: Workplace
    /// Values of an independent program.
    private let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("LSNConformanceTests/Golden").path

    init() throws {
        place = try Workplace()
    }

    @Test func theReferencePassesWhatItKnows() throws {
        let result = try place.lsn("check", "--device", "reference", "--json")
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json() as? [String: Any])
        #expect(report["passed"] as? Bool == true)
        #expect(report["failures"] as? Int == 0)
        let cases = try #require(report["cases"] as? [[String: Any]])
        #expect(cases.count > 20)
        #expect(cases.allSatisfy { $0["passed"] as? Bool == true && $0["worst_tensor"] is String })
        let text = try place.lsn("check", "--device", "reference", "--filter", "gate")
        #expect(text.code == 0)
        #expect(text.output.contains("tolerance"))
    }

    @Test func goldenCasesPass() throws {
        let result = try place.lsn("check", "--device", "reference", "--golden", golden, "--filter", "block")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("block-lsn-basic-s1-24to24"))
    }

    @Test func aCaseThatFailsIsCodeOne() throws {
        var file = try Safetensors.read(golden + "/gate-0.safetensors")
        var broken = Safetensors()
        broken.metadata = file.metadata
        for name in file.names {
            guard let tensor = file[name] else { continue }
            var values = try tensor.floats(named: name, path: "gate-0")
            if name.hasPrefix("output."), let last = values.indices.last {
                values[last] = 1 - values[last]
            }
            broken.append(name, .init(floats: values, shape: tensor.shape))
        }
        try FileManager.default.createDirectory(atPath: place.file("wrong"), withIntermediateDirectories: true)
        try broken.write(to: place.file("wrong/gate-0.safetensors"))
        let result = try place.lsn("check", "--device", "reference", "--golden", "wrong")
        #expect(result.code == 1)
        #expect(result.errors.hasPrefix("error: 1 of 1 cases failed"), "\(result.errors)")
        #expect(result.output.contains("FAILED"))
        file.metadata["operation"] = "teleport"
        try file.write(to: place.file("wrong/gate-0.safetensors"))
        let unknown = try place.lsn("check", "--device", "reference", "--golden", "wrong")
        #expect(unknown.code == 1)
        #expect(unknown.output.contains("teleport"))
    }

    @Test func partsMakeUpTheWhole() throws {
        func names(_ part: String...) throws -> [String] {
            let result = try place.lsn(
                ["check", "--device", "reference", "--golden", golden, "--filter", "gate", "--json"] + part
            )
            #expect(result.code == 0, "\(result.errors)")
            let cases = (try result.json() as? [String: Any])?["cases"] as? [[String: Any]]
            return try #require(cases).compactMap { $0["name"] as? String }
        }
        let (all, first, second) = (try names(), try names("--part", "1/2"), try names("--part", "2/2"))
        #expect(all.count >= 2 && !second.isEmpty && first.count - second.count <= 1)
        #expect((first + second).sorted() == all.sorted())
        for wrong in ["0/2", "3/2", "1", "1/0", "a/b"] {
            let result = try place.lsn("check", "--device", "reference", "--part", wrong)
            #expect(result.code == 2 && result.errors.contains("--part"), "\(wrong): \(result.errors)")
        }
        #expect(try place.lsn("check", "--device", "reference", "--part", "1/2").code == 2)
    }

    @Test func nothingToCheckIsNoSuccess() throws {
        try FileManager.default.createDirectory(atPath: place.file("empty"), withIntermediateDirectories: true)
        #expect(try place.lsn("check", "--device", "reference", "--golden", "empty").code == 2)
        #expect(try place.lsn("check", "--device", "reference", "--filter", "nosuchcase").code == 2)
        #expect(try place.lsn("bench", "--device", "reference", "--filter", "nosuchcase").code == 2)
    }

    /// Launches of a step are counted without a device: a GPU's, unless another mapping is asked for.
    @Test func launchesAreListedWithoutADevice() throws {
        func list(_ options: String...) throws -> [String: Any] {
            let result = try place.lsn(
                ["bench", "--launches", "--json", "--batch-size", "4"] + options,
                environment: ["OCL_ICD_VENDORS": place.file("nothing")]
            )
            #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
            return try #require(try result.json() as? [String: Any])
        }
        func kernels(_ list: [String: Any]) -> [[String: Any]] { list["kernels"] as? [[String: Any]] ?? [] }
        func names(_ list: [String: Any]) -> Set<String> { Set(kernels(list).compactMap { $0["kernel"] as? String }) }
        let native = try list()
        #expect(
            names(native).isSuperset(of: [
                "matrix_unit_forward", "matrix_unit_backward_data", "fire_lanes", "logic_gate",
            ])
        )
        #expect(kernels(native).reduce(0) { $0 + ($1["launches"] as? Int ?? 0) } == native["launches"] as? Int)
        for kernel in kernels(native) {
            let (global, local) = (kernel["global"] as? [Int] ?? [], kernel["local"] as? [Int] ?? [])
            #expect(global.count == local.count && zip(global, local).allSatisfy { $0 > 0 && $0 % $1 == 0 })
            #expect((kernel["bytes"] as? [Int] ?? []).allSatisfy { $0 > 0 })
        }
        #expect(names(try list("--matrix-units", "off")).contains("implicit_gemm_backward_data"))
        #expect(names(try list("--mapping", "simd")).contains("fire"))
        let deeper = try list("--model", "lsn34")["launches"] as? Int ?? 0
        #expect(deeper > native["launches"] as? Int ?? deeper)
        let text = try place.lsn("bench", "--launches")
        #expect(text.code == 0 && text.output.contains(" launches\n"), "\(text.output)")
        for wrong in [["--device", "reference"], ["--plan"], ["--filter", "x"], ["--compute-units", "0"]] {
            let refused = try place.lsn(["bench", "--launches"] + wrong)
            #expect(refused.code == 2 && refused.errors.contains(wrong[0]), "\(refused.errors)")
        }
    }

    @Test func benchmarksHaveTimesAndRates() throws {
        let name = "lsn19-8/logic-gate/200x7x7x32"
        let result = try place.lsn("bench", "--device", "reference", "--filter", name, "--json")
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json() as? [String: Any])
        #expect(report["clock"] as? String == "host")
        let benchmark = try #require((report["benchmarks"] as? [[String: Any]])?.first)
        #expect(benchmark["name"] as? String == name)
        #expect((benchmark["runs"] as? Int ?? 0) >= 7)
        #expect((benchmark["median_seconds"] as? Double ?? 0) > 0)
        #expect((benchmark["gigabytes_per_second"] as? Double ?? 0) > 0)
    }
}
