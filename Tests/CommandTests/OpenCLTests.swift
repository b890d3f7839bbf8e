import Foundation
import Testing

@Suite(.enabled(if: hasOpenCL)) struct OpenCLTests {
    private let place: Workplace
    private let training = [
        "train", "--device", "opencl", "--width", "0.0625", "--timesteps", "2", "--limit-train", "60", "--limit-test",
        "20", "--batch-size", "20", "--epochs", "2",
    ]

    init() throws {
        place = try Workplace()
    }

    @Test func aKilledRunContinuesToTheSameBits() throws {
        #expect(try place.lsn(training + ["--output", "whole"]).code == 0)
        let running = try place.start(program, training + ["--output", "killed", "--checkpoint-every", "1"])
        running.wait { place.exists("killed/checkpoint-last.safetensors") }
        kill(running.process.processIdentifier, SIGKILL)
        _ = try running.result()
        let resumed = try place.lsn("train", "--resume", "killed")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try metrics(place.file("whole")) == metrics(place.file("killed")))
        #expect(
            FileManager.default.contents(atPath: place.file("whole/checkpoint-best.safetensors"))
                == FileManager.default.contents(atPath: place.file("killed/checkpoint-best.safetensors"))
        )
    }

    @Test func theDeviceIsWrittenDownAndHeldTo() throws {
        #expect(try place.lsn(training + ["--output", "run", "--max-steps", "1"]).code == 0)
        let config = try place.leaves("run/config.json")
        #expect(config["run.device"]?.hasPrefix("opencl:") == true)
        #expect(config["machine.driver"] != nil)
        let refused = try place.lsn("train", "--resume", "run", "--device", "reference")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("--device opencl:"), "\(refused.errors)")
        #expect(try place.lsn("train", "--resume", "run", "--device", "opencl").code == 0)
    }

    @Test func checksAndBenchmarksRunOnTheDevice() throws {
        let check = try place.lsn("check", "--device", "opencl", "--filter", "logic_gate/small", "--json")
        #expect(check.code == 0, "\(check.errors)")
        let checked = try #require(try check.json() as? [String: Any])
        #expect(checked["against"] as? String == "reference")
        let bench = try place.lsn("bench", "--device", "opencl", "--filter", "lsn19-8/logic-gate/", "--json")
        #expect(bench.code == 0, "\(bench.errors)")
        let measured = try #require(try bench.json() as? [String: Any])
        let ceilings = try #require(measured["ceilings"] as? [String: Any])
        #expect((ceilings["copy_gigabytes_per_second"] as? Double ?? 0) > 0)
        #expect((ceilings["multiply_add_gigaflops"] as? Double ?? 0) > 0)
        let benchmark = try #require((measured["benchmarks"] as? [[String: Any]])?.first)
        #expect((benchmark["share_of_copy"] as? Double ?? 0) > 0)
    }

    @Test func aRunAndABenchmarkSayWhereTheTimeGoes() throws {
        #expect(try place.lsn(training + ["--output", "run", "--max-steps", "2"]).code == 0)
        let profile = try #require(
            try JSONSerialization.jsonObject(with: Data(place.read("run/profile.json").utf8)) as? [String: Any]
        )
        #expect(profile["step"] as? Int == 2)
        #expect(profile["busy_seconds"] as? Double ?? 0 > 0)
        #expect((0...1).contains(profile["idle_share"] as? Double ?? -1))
        let kernels = try #require(profile["kernels"] as? [[String: Any]])
        #expect(kernels.contains { $0["kernel"] as? String == "logic_gate" && $0["family"] as? String == "logic" })
        let result = try place.lsn(
            [
                "bench", "--plan", "--device", "opencl", "--batch-size", "4", "--steps", "1", "--json", "--memory",
                "lean",
            ]
        )
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json() as? [String: Any])
        let plan = try #require(report["memory"] as? [String: Any])
        #expect(report["saved_activations"] as? Int == plan["saved_activations"] as? Int)
        #expect(report["peak_bytes"] as? Int == plan["total"] as? Int)
        #expect((report["kernels"] as? [[String: Any]])?.count ?? 0 > 10)
    }

    /// Standard error is the program's own, whatever the driver's compiler counts there. The warning gives these kernels
    /// entries of their own in every cache.
    @Test func theDriverSaysNothingOnStandardError() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Kernels").path
        try FileManager.default.copyItem(atPath: sources, toPath: place.file("kernels"))
        let text = try place.read("kernels/logic/gate.cl")
        try place.write("#warning \(UUID().uuidString)\n" + text, to: "kernels/logic/gate.cl")
        let arguments = [
            "check", "--device", "opencl", "--filter", "logic_gate/small", "--kernels", "kernels", "--once",
        ]
        let result = try place.lsn(arguments)
        #expect(result.code == 0)
        #expect(result.errors.isEmpty, "\(result.errors)")
        // Who works on kernels may ask for the compiler's warnings.
        let asked = try place.lsn(arguments, environment: ["LSN_KERNEL_WARNINGS": "1"])
        #expect(asked.code == 0)
        #expect(asked.errors.contains("warning: kernels/logic/gate.cl:1:"), "\(asked.errors)")
    }

    /// PoCL shows no device where it cannot write below the home folder: its cache goes where this program's does.
    @Test func theDeviceIsThereWhereTheHomeFolderCannotBeWritten() throws {
        let unwritable = ["HOME": "/proc/nobody", "XDG_CACHE_HOME": "", "LSN_CACHE_DIR": "", "POCL_CACHE_DIR": ""]
        let result = try place.lsn(
            "devices",
            "--json",
            environment: unwritable.merging(["TMPDIR": place.path]) { $1 }
        )
        #expect(result.output.contains("\"opencl:"), "\(result.errors)")
        #expect(place.exists("lsn-\(geteuid())"))
        let own = try place.lsn("devices", "--json", environment: unwritable.merging(["LSN_CACHE_DIR": "cache"]) { $1 })
        #expect(own.output.contains("\"opencl:"), "\(own.errors)")
        #expect(place.exists("cache/pocl"))
    }

    /// What no device here has is not used, unless it is emulated, which is for the mapping of GPUs.
    @Test func matrixUnitsAreNamedAndChosen() throws {
        let json = try place.lsn("devices", "--json")
        let devices = try #require(try json.json() as? [[String: Any]])
        #expect(devices.allSatisfy { $0["matrix_units"] as? String == "none" })
        let wrong = try place.lsn("check", "--device", "opencl", "--mapping", "simd", "--matrix-units", "emulated")
        #expect(wrong.code == 2 && wrong.errors.contains("Add --mapping simt"), "\(wrong.errors)")
        let emulated = try place.lsn(
            "check",
            "--device",
            "opencl",
            "--mapping",
            "simt",
            "--matrix-units",
            "emulated",
            "--exact",
            "--once",
            "--json",
            "--filter",
            "convolution/small/1x1-s1-p0-20to33"
        )
        #expect(emulated.code == 0, "\(emulated.errors)")
        let coverage = try #require(emulated.json() as? [String: Any])
        #expect((coverage["kernels_not_run"] as? [String])?.contains("matrix_unit_forward") == false)
    }

    /// The loader leaves a driver out without a word: the list says which and why.
    @Test func aDriverThatCannotBeLoadedIsNamedBesideOthers() throws {
        let vendors = ProcessInfo.processInfo.environment["OCL_ICD_VENDORS"] ?? "/etc/OpenCL/vendors"
        try FileManager.default.copyItem(atPath: vendors, toPath: place.file("vendors"))
        try place.write("libno-such-driver.so\n", to: "vendors/broken.icd")
        let result = try place.lsn("devices", environment: ["OCL_ICD_VENDORS": place.file("vendors")])
        #expect(result.code == 0)
        #expect(result.output.contains("opencl:"), "\(result.errors)")
        #expect(
            result.errors.contains(
                "warning: a driver is left out: \(place.file("vendors/broken.icd")) names libno-such-driver.so"
            ),
            "\(result.errors)"
        )
    }

    /// What a device computes is said; kernels without the probe are no reason not to list it.
    @Test func arithmeticThatIsNotExactIsNamed() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Kernels").path
        try FileManager.default.copyItem(atPath: sources, toPath: place.file("kernels"))
        let text = try place.read("kernels/probe/arithmetic.cl")
        let wrong = text.replacing("AS_INTS(sqrt(a))", with: "AS_INTS(a * rsqrt(a))")
        try #require(wrong != text)
        try place.write(wrong, to: "kernels/probe/arithmetic.cl")
        let table = try place.lsn("devices", "--kernels", "kernels")
        #expect(table.code == 0 && table.output.contains("square root not correctly rounded"), "\(table.output)")
        let json = try place.lsn("devices", "--json", environment: ["LSN_KERNELS": "kernels"])
        let devices = try #require(try json.json() as? [[String: Any]])
        #expect((devices.first?["arithmetic_faults"] as? [String])?.contains("square_root") == true)
        try FileManager.default.removeItem(atPath: place.file("kernels/probe/arithmetic.cl"))
        let unknown = try place.lsn("devices", "--json", "--kernels", "kernels")
        #expect(unknown.code == 0)
        #expect(
            unknown.errors.contains("warning: the arithmetic and matrix units of opencl:0:0 cannot be probed: "),
            "\(unknown.errors)"
        )
        let listed = try #require(try unknown.json() as? [[String: Any]])
        #expect(listed.first?["arithmetic"] == nil && listed.first?["device"] as? String == "opencl:0:0")
    }

    /// A kernel that does not compile is the job's failure, with the compiler's log; one that is wrong fails the check.
    @Test func kernelsComeFromAFolder() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Kernels").path
        let copy = place.file("kernels")
        try FileManager.default.copyItem(atPath: sources, toPath: copy)
        let arguments = ["check", "--device", "opencl", "--filter", "logic_gate/small", "--kernels", "kernels"]
        #expect(try place.lsn(arguments).code == 0)
        let text = try place.read("kernels/logic/gate.cl")
        let wrong = text.replacing("bitselect(", with: "bitselect(0u * ")
        try #require(wrong != text)
        try place.write(wrong, to: "kernels/logic/gate.cl")
        let failed = try place.lsn(arguments)
        #expect(failed.code == 1)
        try place.write(text + "\nthis is no kernel;\n", to: "kernels/logic/gate.cl")
        let unbuilt = try place.lsn(arguments)
        #expect(unbuilt.code == 1)
        #expect(unbuilt.output.contains("logic/gate.cl:"), "\(unbuilt.output)")
    }
}
