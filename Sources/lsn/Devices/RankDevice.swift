import Foundation
import LSNCommunication
import LSNOpenCLRuntime

/// Which device a rank takes that was not told: of a machine's GPUs each rank has one.
enum RankDevice {
    /// Variables by which launchers and schedulers show a process some of the GPUs only.
    private static let visible = ["CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK"]

    /// The name of the GPU of this rank; nil where its machine has none, or there is one process.
    ///
    /// - Throws: `InputError` where a machine has more ranks than GPUs.
    static func choice(_ ranks: any Communicator) throws -> String? {
        guard ranks.isShared else { return nil }
        let environment = ProcessInfo.processInfo.environment
        let shown = visible.map { environment[$0] ?? "" }
        let all = try ranks.gather(values: shown)
        let local = ranks.localRanks
        let devices: [DeviceInfo]
        do throws(OpenCLError) { devices = try OpenCL.devices() } catch {
            // Whoever opens a device says why there is none.
            return nil
        }
        let gpus = devices.filter { $0.kind == .gpu && $0.isAvailable && $0.hasCompiler }
        guard !gpus.isEmpty else { return nil }
        // Of GPUs that nobody else here is shown the first is free.
        if shown != visible.map({ _ in "" }), local.count(where: { all[$0] == shown }) == 1 { return gpus[0].selector }
        guard local.count <= gpus.count, let place = local.firstIndex(of: ranks.rank) else {
            let names = gpus.map { "\($0.selector) (\($0.name))" }.joined(separator: ", ")
            throw InputError(
                "\(local.count) ranks run on \(ranks.host(of: ranks.rank)), which has \(gpus.count == 1 ? "one GPU" : "\(gpus.count) GPUs") "
                    + "(\(names)): start no more than one for each, or say with --device what every rank computes on"
            )
        }
        return gpus[place].selector
    }
}
