import Foundation
import Testing

/// Runs of versions whose options stood at the top of config.json, without a network's description.
@Suite struct EarlierRunTests {
    private let place: Workplace

    init() throws {
        place = try Workplace()
    }

    /// `config.json` as it was before it had sections.
    private func writeAsEarlier(_ run: String) throws {
        let text = Data(try place.read("\(run)/config.json").utf8)
        let now = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        var earlier: [String: Any] = [
            "version": "0.1.0", "continued": [Any](), "model": "lsn19", "width": 0.01, "timesteps": 1, "stem": "auto",
            "head": "fc256", "neuron": "lif", "leak": 0.5, "threshold": 1, "reset": "hard", "detach_reset": false,
            "surrogate": "triangular", "surrogate_height": 1, "branch_scale": 0.5, "branch_bias": 0, "head_gain": 1,
        ]
        for section in ["data", "learning", "run"] {
            earlier.merge(try #require(now[section] as? [String: Any])) { $1 }
        }
        earlier["memory"] = "fast"
        var machine = try #require(now["machine"] as? [String: Any])
        machine["kernel_choices"] = nil
        machine["arithmetic"] = nil
        earlier["machine"] = machine
        var data = try #require(now["data_set"] as? [String: Any])
        data["class_names"] = nil
        earlier["data_set"] = data
        earlier["network"] = [
            "layers": 19, "blocks": 8, "parameters": 1, "stem": "cifar", "stem_width": 1, "widths": [1, 2, 5],
            "in_channels": 1, "image_size": [28, 28], "classes": 10,
        ]
        try JSONSerialization.data(withJSONObject: earlier).write(
            to: URL(fileURLWithPath: place.file("\(run)/config.json"))
        )
    }

    @Test(.enabled(if: hasOpenCL), arguments: ["reference", "opencl"])
    func continueToTheSameBits(device: String) throws {
        let training = tinyTraining.map { $0 == "reference" ? device : $0 }
        #expect(try place.lsn(training + ["--output", "whole"]).code == 0)
        #expect(try place.lsn(training + ["--output", "run", "--max-steps", "3"]).code == 0)
        try writeAsEarlier("run")
        let refused = try place.lsn("train", "--resume", "run", "--batch-size", "5")
        #expect(refused.code == 2 && refused.errors.contains("--batch-size 10, not 5"), "\(refused.errors)")
        let resumed = try place.lsn("train", "--resume", "run")
        #expect(resumed.code == 0, "\(resumed.errors)")
        // Their sums of spikes were rounded: said once, and nothing else.
        #expect(resumed.errors.contains("Sums of spikes are exact now"), "\(resumed.errors)")
        #expect(resumed.errors.split(separator: "\n").count == 1, "\(resumed.errors)")
        #expect(try place.lsn("train", "--resume", "run").errors.isEmpty)
        #expect(try metrics(place.file("run")) == metrics(place.file("whole")))
        // It has the sections of today from now on, and repeats as an option file.
        #expect(try place.leaves("run/config.json")["network.stages[2].width"] == "5")
        #expect(try place.lsn("report", "run").code == 0)
    }
}
