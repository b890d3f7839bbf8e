import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNConformance

/// Kernels of every family, changed on purpose so that what they write is one unit in the last place too large: where bits
/// are compared each is found, where tolerances are most are not.
@Suite(.enabled(if: TestDevice.isUsed), .serialized)
struct NudgedKernelTests {
    struct Nudge: Sendable, CustomTestStringConvertible {
        let file: String
        /// What writes the result, and the same of a nudged one.
        var written = "STOREV("
        var nudged = "STORE_NUDGED("
        /// The cases that run it.
        let filter: String
        var numerics = Numerics.fast
        var testDescription: String { file }
    }

    static let nudges = [
        Nudge(file: "convolution/simd/rolling_rows.cl", filter: "convolution/small/3x3-s1-p1-3to5-2x9x11-spike"),
        Nudge(file: "convolution/simd/lookup_forward.cl", filter: "convolution/small/3x3-s2-p1"),
        Nudge(
            file: "convolution/simd/dense_forward.cl",
            filter: "convolution/small/3x3-s1-p1-3to5-2x9x11-real"
        ),
        Nudge(
            file: "convolution/simd/dense_backward_data.cl",
            filter: "convolution/small/3x3-s1-p1-3to5-2x9x11-real",
            numerics: .portable
        ),
        Nudge(
            file: "convolution/portable/sum_integers.cl",
            written: "nearest_float(sums[i])",
            nudged: "1.0000001f * nearest_float(sums[i])",
            filter: "convolution/small/3x3-s1-p1-3to5-2x9x11-spike",
            numerics: .portable
        ),
        Nudge(file: "normalization/statistics.cl", filter: "batch_norm/small"),
        Nudge(file: "normalization/normalize.cl", filter: "batch_norm/small"),
        Nudge(file: "normalization/backward.cl", filter: "batch_norm/small"),
        Nudge(file: "reduction/moments.cl", filter: "batch_norm/small"),
        Nudge(file: "neuron/fire_backward.cl", filter: "lif/small"),
        Nudge(file: "neuron/mpd_loss.cl", filter: "mpd_loss/small"),
        Nudge(
            file: "neuron/leak_gradient.cl",
            written: "result[0] = -leak",
            nudged: "result[0] = 1.0000001f * -leak",
            filter: "plif/small"
        ),
        Nudge(file: "logic/gate.cl", filter: "logic_gate/small"),
        Nudge(file: "pooling/average.cl", filter: "average_pool/small"),
        Nudge(file: "pooling/max_real.cl", filter: "max_pool/small"),
        Nudge(file: "head/bias.cl", filter: "bias/small"),
        Nudge(
            file: "head/loss.cl",
            written: "samples[2 * (size_t)sample] = as_uint(loss)",
            nudged: "samples[2 * (size_t)sample] = as_uint(loss) + 1",
            filter: "loss/small"
        ),
        Nudge(
            file: "optimizer/adam.cl",
            written: "STOREV(value, array + at)",
            nudged: "STORE_NUDGED(value, array + at)",
            filter: "optimizer/small"
        ),
        Nudge(
            file: "optimizer/sgd.cl",
            written: "STOREV(value, array + at)",
            nudged: "STORE_NUDGED(value, array + at)",
            filter: "optimizer/small"
        ),
        Nudge(file: "elementwise/sum.cl", filter: "sum/small"),
        Nudge(
            file: "augmentation/prepare_images.cl",
            written: "pixel[c] = table[c * 256 + byte]",
            nudged: "pixel[c] = as_float(as_int(table[c * 256 + byte]) + 1)",
            filter: "prepare_images/small"
        ),
        Nudge(
            file: "measurement/norm.cl",
            written: "norm = sqrt(",
            nudged: "norm = 1.0000001f * sqrt(",
            filter: "measure_norm/small"
        ),
    ]

    @Test(arguments: nudges)
    func oneUnitInTheLastPlaceIsFound(_ nudge: Nudge) throws {
        let cases = try ConformanceCatalogue.cases(filter: nudge.filter)
        try #require(!cases.isEmpty)
        let backend = Backend(try Self.kernels(nudge))
        let reference = Backend(ReferenceBackend(numerics: nudge.numerics))
        let report = ConformanceCheck.catalogue(
            cases,
            backend: backend,
            against: reference,
            repeats: false,
            isExact: true,
            numerics: nudge.numerics
        )
        #expect(!report.passed)
        #expect(report.exactResults.equal < report.exactResults.count)
    }

    /// Tolerances leave room for what rounding may do, and so for this.
    @Test func tolerancesFindFew() throws {
        let found = try Self.nudges.count { nudge in
            try !ConformanceCheck.catalogue(
                ConformanceCatalogue.cases(filter: nudge.filter),
                backend: Backend(try Self.kernels(nudge)),
                against: Backend(ReferenceBackend(numerics: nudge.numerics)),
                repeats: false,
                numerics: nudge.numerics
            ).passed
        }
        #expect(found < Self.nudges.count / 4, "\(found) of \(Self.nudges.count)")
    }

    /// The program's kernels with one file changed.
    private static func kernels(_ nudge: Nudge) throws -> OpenCLBackend {
        let device = try #require(try OpenCL.devices().first)
        var files = KernelSourceTree.embedded().files
        let text = try #require(files[nudge.file])
        try #require(text.contains(nudge.written))
        // Where nothing is included, there are no vectors to nudge.
        let include = text.ranges(of: /(?m)^#include .*\n/).last
        let prelude = """
            static inline FLOATV nudged(FLOATV value)
            {
                return AS_FLOATV(AS_INTV(value) - (value != (FLOATV)(0.0f)));
            }
            #define STORE_NUDGED(value, pointer) STOREV(nudged(value), pointer)

            """
        let begin = include?.upperBound ?? text.startIndex
        files[nudge.file] =
            text[..<begin] + (include == nil ? "" : prelude)
            + text[begin...].replacing(nudge.written, with: nudge.nudged)
        let sources = KernelSourceTree(files: files, origin: "nudged")
        var choices = KernelChoices.standard
        choices.numerics = nudge.numerics
        return try OpenCLBackend(
            queue: ComputeQueue(device: device, sources: sources, cache: .standard(), profiling: false),
            choices: choices
        )
    }
}
