import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNReferenceBackend
import LSNTensors
import Testing

@testable import LSNConformance

/// Kernels of every family, changed on purpose so that what they write is one unit in the last place too large: where bits
/// are compared each is found, where tolerances are most are not.
@Suite(.enabled(if: TestDevice.isUsed))
struct NudgedKernelTests {
    struct Nudge: Sendable, CustomTestStringConvertible {
        let file: String
        /// What writes the result, and the same of a nudged one.
        var written = "STOREV("
        var nudged = "STORE_NUDGED("
        /// A case that runs it, and no more: every kernel is compiled anew for each nudge.
        let filter: String
        var numerics = Numerics.fast
        /// Whether tolerances hide it: they leave room for what rounding may do, and none where nothing is rounded.
        var isWithinTolerance = true
        var testDescription: String { file }
    }

    static let nudges = [
        Nudge(file: "convolution/simd/rolling_rows.cl", filter: "convolution/small/3x3-s1-p1-3to5-2x9x11-spike"),
        Nudge(file: "convolution/simd/lookup_forward.cl", filter: "convolution/small/3x3-s2-p1-9to31-2x9x7-spike"),
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
        Nudge(file: "normalization/statistics.cl", filter: "batch_norm/small/6x7x3x5"),
        Nudge(file: "normalization/normalize.cl", filter: "batch_norm/small/6x7x3x5"),
        Nudge(file: "normalization/backward.cl", filter: "batch_norm/small/6x7x3x5"),
        Nudge(file: "reduction/moments.cl", filter: "batch_norm/small/6x7x3x5"),
        Nudge(file: "neuron/fire_backward.cl", filter: "lif/small/T2-2x5x3x35"),
        Nudge(file: "neuron/mpd_loss.cl", filter: "mpd_loss/small/T4-2x5x3x35"),
        Nudge(
            file: "neuron/leak_gradient.cl",
            written: "result[0] = -leak",
            nudged: "result[0] = 1.0000001f * -leak",
            filter: "plif/small/T6-2x4x5x9"
        ),
        Nudge(file: "logic/gate.cl", filter: "logic_gate/small/3x5x3x37", isWithinTolerance: false),
        Nudge(file: "pooling/average.cl", filter: "average_pool/small/2x2-3x6x8x21-real"),
        Nudge(file: "pooling/max_real.cl", filter: "max_pool/small/3x3-s2-p1-2x9x11x37-real", isWithinTolerance: false),
        Nudge(file: "head/bias.cl", filter: "bias/small/2x5x3x33"),
        Nudge(
            file: "head/loss.cl",
            written: "samples[2 * (size_t)sample] = as_uint(loss)",
            nudged: "samples[2 * (size_t)sample] = as_uint(loss) + 1",
            filter: "loss/small/T4-7x10-mean_ce"
        ),
        Nudge(
            file: "optimizer/adam.cl",
            written: "STOREV(value, array + at)",
            nudged: "STORE_NUDGED(value, array + at)",
            filter: "optimizer/small/adam-1037"
        ),
        Nudge(
            file: "optimizer/sgd.cl",
            written: "STOREV(value, array + at)",
            nudged: "STORE_NUDGED(value, array + at)",
            filter: "optimizer/small/sgd-1037"
        ),
        Nudge(file: "elementwise/sum.cl", filter: "sum/small/1x4x3x33-real-real", isWithinTolerance: false),
        Nudge(
            file: "augmentation/prepare_images.cl",
            written: "pixel[c] = table[c * 256 + byte]",
            nudged: "pixel[c] = as_float(as_int(table[c * 256 + byte]) + 1)",
            filter: "prepare_images/small/3x7x5x3"
        ),
        Nudge(
            file: "measurement/norm.cl",
            written: "norm = sqrt(",
            nudged: "norm = 1.0000001f * sqrt(",
            filter: "measure_norm/small/1e0-3x5x3x33"
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
        let isWithinTolerance = zip(cases, report.entries).allSatisfy { item, entry in
            entry.problems.isEmpty
                && entry.tensors.allSatisfy { tensor in
                    guard let error = tensor.error, let limit = item.tolerance.limit(for: tensor.tensor) else {
                        return false
                    }
                    return error <= limit
                }
        }
        #expect(isWithinTolerance == nudge.isWithinTolerance)
    }

    /// The program's kernels with one file changed.
    private static func kernels(_ nudge: Nudge) throws -> OpenCLBackend {
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
        return try OpenCLBackend(queue: TestDevice.newQueue(sources), choices: choices)
    }
}
