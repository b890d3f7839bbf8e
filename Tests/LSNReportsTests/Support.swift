import Foundation

@testable import LSNReports

/// A folder with the files of a made-up run, gone with the test.
final class MadeUpRun: Sendable {
    let folder: String

    init(named name: String = "lsn19-digits-1") throws {
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent("lsn-\(UUID().uuidString)").path + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
    }

    func configuration(model: String = "lsn19", seed: String = "0", epochs: Int = 8) throws {
        try write(
            """
            {"model": "\(model)", "dataset": "digits", "seed": \(seed), "epochs": \(epochs), "timesteps": 4,
             "version": "0.1.0", "machine": {"device": "opencl:0:0", "name": "a device", "driver": "a driver"},
             "network": {"parameters": 109698, "layers": 19, "blocks": 8, "widths": [8, 16, 32]},
             "data_set": {"source": "bundled", "split": "standard", "train_samples": 4000, "test_samples": 1000},
             "continued": [{"step": 20, "version": "0.1.0", "machine": {"name": "a device", "driver": "a driver"}}]}
            """,
            to: "config.json"
        )
    }

    func metrics(_ count: Int, changed: [Int: String] = [:]) throws {
        let lines = (1...max(count, 1)).prefix(count).map { epoch in
            changed[epoch]
                ?? """
                {"epoch": \(epoch), "step": \(200 * epoch), "learning_rate": 0.005, "train_loss": \(2 / Double(epoch)), \
                "train_accuracy": 0.5, "test_loss": \(1 / Double(epoch)), "test_accuracy": \(1 - 0.5 / Double(epoch)), \
                "images_per_second": 640.25, "seconds": 6.25, "evaluation_seconds": 0.5, "data_wait_seconds": 0.25}
                """
        }
        try write(lines.map { $0 + "\n" }.joined(), to: "metrics.jsonl")
    }

    func blocks(_ count: Int, epochs: Int, name: (Int) -> String = { "stages.\($0 / 250).\($0 % 250)" }) throws {
        let lines = (1...epochs).map { epoch in
            let blocks = (0..<count).map { index in
                """
                {"name": "\(name(index))", "excitatory_rate": 0.2, "inhibitory_rate": 0.1875, "output_rate": 0.15, \
                "identity_share": 0.625, "gradient_norm": \(index == 3 ? "0" : "1e-\(index % 9)")}
                """
            }
            let stem = "{\"name\": \"stem\", \"output_rate\": 0.1, \"gradient_norm\": 0.5}"
            return "{\"epoch\": \(epoch), \"step\": 1, \"blocks\": [\(([stem] + blocks).joined(separator: ", "))]}\n"
        }
        try write(lines.joined(), to: "blocks.jsonl")
    }

    func device() throws {
        let kernels = (1...14).map {
            "{\"kernel\": \"kernel_\($0)\", \"family\": \"convolution\", \"launches\": \($0), \"seconds\": 0.00\($0)}"
        }
        try write(
            """
            {"step": 2, "wall_seconds": 0.1, "busy_seconds": 0.09, "idle_share": 0.1,
             "kernels": [\(kernels.joined(separator: ", "))]}
            """,
            to: "profile.json"
        )
        try write(
            """
            {"mode": "balanced", "batch_size": 20, "parameters": 438792, "gradients": 438792, "optimizer": 877584,
             "saved_activations": 52428800, "workspace": 1048576, "data": 3920000, "total": 59152544,
             "device_bytes": 8589934592, "largest_batch": 2048}
            """,
            to: "memory.json"
        )
    }

    func contents() throws -> RunContents { try RunContents(folder: folder) }

    /// The run's page, checked for its form.
    func page() throws -> StrictMarkup { try StrictMarkup(RunReport.page(of: contents())) }
}
