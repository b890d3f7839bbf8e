import Foundation
package import LSNDatasets
import LSNHostSystem
import LSNOpenCLBackend
import LSNOpenCLRuntime
package import LSNTensors
package import LSNTraining

extension OpenDevice {
    /// What runs on this device may take. A device that computes in the host's memory has no more than is left of it.
    package var memoryLimits: MemoryLimits {
        guard let info = queue?.device else {
            let left = HostMemory.availableBytes
            return MemoryLimits(totalBytes: left, largestStorageBytes: left, hostBytes: nil)
        }
        return MemoryLimits(
            totalBytes: info.memoryLimit,
            largestStorageBytes: info.largestAllocationBytes,
            hostBytes: info.kind == .cpu ? nil : HostMemory.availableBytes
        )
    }

    /// Plans the memory of a run on this device, of which only the micro-batches `own` go through it, or all. The reference's
    /// tensors are as large as OpenCL's.
    package func memoryPlanner(
        _ configuration: TrainingConfiguration,
        data: any TrainingData,
        mostSamples: Int? = nil,
        own: Range<Int>? = nil
    ) throws -> MemoryPlanner {
        let info = queue?.device
        var choices = machine.kernelChoices.flatMap(KernelChoices.init) ?? .standard
        choices.numerics = machine.numerics ?? .fast
        choices.precision = backend.precision
        choices.matrixUnits = (backend.kernels.device as? OpenCLBackend)?.matrixUnits ?? .off
        return try MemoryPlanner(
            configuration,
            data: data,
            limits: memoryLimits,
            device: machine.name,
            mostSamples: mostSamples,
            own: own
        ) {
            [choices] in OpenCLBackend(dryRunFor: info, choices: choices)
        }
    }

    /// The memory that a run takes here, in the mode that its options name or the first that fits.
    ///
    /// - Throws: ``ConfigurationError/doesNotFit(_:)`` where no step does.
    package func fittingPlan(
        _ configuration: TrainingConfiguration,
        data: any TrainingData,
        mostSamples: Int? = nil
    ) throws -> MemoryPlan {
        let planner = try memoryPlanner(configuration, data: data, mostSamples: mostSamples)
        let plan = try planner.plan(configuration.run.memory)
        try planner.check(plan)
        return plan
    }
}

extension DeviceInfo {
    /// What can be had of its memory: of the host's, where it computes there, no more than is left.
    var memoryLimit: Int {
        kind == .cpu ? min(globalMemoryBytes, HostMemory.availableBytes) : globalMemoryBytes
    }
}
