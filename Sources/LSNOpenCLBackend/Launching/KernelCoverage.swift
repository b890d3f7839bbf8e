import LSNOpenCLRuntime
import LSNTensors

/// Which kernels of the sources were asked for since a backend was made.
public struct KernelCoverage: Hashable, Sendable {
    /// Kernels that were run, by name.
    public let run: [String]
    /// Kernels of the operations that were not run, of those that mapping and numerics use. (Those of Kernels/ceilings and
    /// Kernels/probe only look at a device.)
    public let notRun: [String]
}

extension OpenCLBackend {
    /// What was run so far: a check that is to cover every kernel asks for it at its end.
    public var kernelCoverage: KernelCoverage {
        let run = kernels.names
        let all =
            queue?.sources.kernelNames { file in
                !file.hasPrefix("ceilings/") && !file.hasPrefix("probe/") && choices.uses(file: file)
            } ?? []
        return KernelCoverage(run: run.sorted(), notRun: all.subtracting(run).sorted())
    }
}

extension KernelChoices {
    /// Whether kernels of this file may be run.
    fileprivate func uses(file: String) -> Bool {
        let isNumerics =
            switch numerics {
            case .fast: !file.hasPrefix("convolution/portable/")
            case .portable:
                file != "convolution/sum_partitions.cl" && file != "convolution/simd/winograd_backward_data.cl"
            }
        let isUnits = file.hasPrefix("convolution/simt/matrix_unit_")
        let isUsed =
            switch (matrixUnits, numerics) {
            case (.off, _): !isUnits
            case (_, .portable): !isUnits || file == "convolution/simt/matrix_unit_forward.cl"
            case (_, .fast): true
            }
        return isNumerics && isUsed && mapping.uses(file: file)
    }
}

extension WorkMapping {
    /// Whether cases of the catalogue run kernels of this file: with SIMD, only sums of more runs than theirs are merged by
    /// kernels of reduction/merge.cl.
    fileprivate func uses(file: String) -> Bool {
        switch self {
        case .simd:
            !file.hasPrefix("convolution/simt/") && !["reduction/merge.cl", "neuron/fire_lanes.cl"].contains(file)
        case .simt: !file.hasPrefix("convolution/simd/") && file != "neuron/fire.cl"
        }
    }
}
