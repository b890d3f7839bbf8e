import LSNTensors

/// A product of matrices, D + times · A·B, and the fragments that lanes hold of them, as an instruction takes them.
protocol FragmentProduct {
    /// The kernel of Kernels/probe/matrix_units.cl that multiplies so.
    static var kernel: String { get }
    /// How often the product is added.
    var times: Int { get }
    /// Of each lane the four registers of A.
    var rowFragments: [UInt32] { get }
    /// Of each lane the two registers of B.
    var columnFragments: [UInt32] { get }
    /// Of each lane the four registers of D before.
    var startFragments: [UInt32] { get }
    /// And afterwards.
    var expectedFragments: [UInt32] { get }
}

/// Rows of A, and columns of B.
private let (rows, columns) = (16, 8)

/// Of each lane the four registers of D, [rows][columns]: as the PTX ISA describes those of mma.m16n8.
private func sumFragments(_ values: [UInt32]) -> [UInt32] {
    (0..<MatrixUnits.lanes * 4).map { index in
        let (group, lane, register) = (index / 16, index / 4 % 4, index % 4)
        return values[(group + 8 * (register / 2)) * columns + 2 * lane + register % 2]
    }
}

/// Of bytes: mma.m16n8k32.
struct ByteProduct: FragmentProduct {
    static let kernel = "probe_multiply_bytes"
    private static let terms = 32

    /// A, [rows][terms].
    let a: [UInt8]
    /// B, [terms][columns].
    let b: [Int8]
    /// D before, [rows][columns].
    let start: [Int32]
    let times: Int

    /// D afterwards.
    private var expected: [Int32] {
        (0..<rows * columns).map { place in
            let (row, column) = (place / columns, place % columns)
            let sum = (0..<Self.terms).reduce(Int32(0)) { sum, term in
                sum &+ Int32(a[row * Self.terms + term]) &* Int32(b[term * columns + column])
            }
            return start[place] &+ Int32(truncatingIfNeeded: times) &* sum
        }
    }

    /// Four bytes to a register, the first in the lowest bits.
    private static func register(_ byte: (Int) -> UInt8) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(byte($1)) << (8 * UInt32($1)) }
    }

    var rowFragments: [UInt32] {
        (0..<MatrixUnits.lanes * 4).map { index in
            let (group, lane, register) = (index / 16, index / 4 % 4, index % 4)
            return Self.register { byte in
                a[(group + 8 * (register % 2)) * Self.terms + 4 * lane + 16 * (register / 2) + byte]
            }
        }
    }

    var columnFragments: [UInt32] {
        (0..<MatrixUnits.lanes * 2).map { index in
            let (group, lane, register) = (index / 8, index / 2 % 4, index % 2)
            return Self.register { byte in
                UInt8(bitPattern: b[(4 * lane + 16 * register + byte) * columns + group])
            }
        }
    }

    var startFragments: [UInt32] { sumFragments(start.map(UInt32.init(bitPattern:))) }
    var expectedFragments: [UInt32] { sumFragments(expected.map(UInt32.init(bitPattern:))) }

    /// Numbers of all sizes; the largest bytes, whose sums wrap around; and a long sum.
    static let probed: [ByteProduct] = {
        var random = Philox(seed: 4, purpose: .conformance)
        func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(255 * random.uniform()) } }
        let (a, b) = (bytes(rows * terms), bytes(terms * columns).map(Int8.init(bitPattern:)))
        let start = (0..<Int32(rows * columns)).map { $0 &* 19_088_743 &- 1_000_000_007 }
        return [
            ByteProduct(a: a, b: b, start: start, times: 1),
            ByteProduct(
                a: [UInt8](repeating: 255, count: rows * terms),
                b: (0..<terms * columns).map { $0 % 3 == 0 ? 127 : -128 },
                start: [Int32](repeating: .min + 5, count: rows * columns),
                times: 3
            ),
            ByteProduct(a: a, b: b.reversed(), start: start, times: 1000),
        ]
    }()
}

/// Of bfloats: mma.m16n8k16. They are integers, whose sums no order rounds.
struct BfloatProduct: FragmentProduct {
    static let kernel = "probe_multiply_bfloats"
    private static let terms = 16

    /// A, [rows][terms], of at most 8 bits.
    let a: [Int]
    /// B, [terms][columns], of at most 8 bits.
    let b: [Int]
    /// D before, [rows][columns].
    let start: [Int]
    let times: Int

    /// D afterwards.
    private var expected: [Int] {
        (0..<rows * columns).map { place in
            let (row, column) = (place / columns, place % columns)
            return start[place]
                + times * (0..<Self.terms).reduce(0) { $0 + a[row * Self.terms + $1] * b[$1 * columns + column] }
        }
    }

    /// Two bfloats to a register, the first in the low half.
    private static func register(_ first: Int, _ second: Int) -> UInt32 {
        Float(first).bitPattern >> 16 | Float(second).bitPattern & 0xFFFF_0000
    }

    var rowFragments: [UInt32] {
        (0..<MatrixUnits.lanes * 4).map { index in
            let (group, lane, register) = (index / 16, index / 4 % 4, index % 4)
            let at = (group + 8 * (register % 2)) * Self.terms + 2 * lane + 8 * (register / 2)
            return Self.register(a[at], a[at + 1])
        }
    }

    var columnFragments: [UInt32] {
        (0..<MatrixUnits.lanes * 2).map { index in
            let (group, lane, register) = (index / 8, index / 2 % 4, index % 2)
            let at = (2 * lane + 8 * register) * columns + group
            return Self.register(b[at], b[at + columns])
        }
    }

    private static func words(_ values: [Int]) -> [UInt32] { values.map { Float($0).bitPattern } }
    var startFragments: [UInt32] { sumFragments(Self.words(start)) }
    var expectedFragments: [UInt32] { sumFragments(Self.words(expected)) }

    /// Once, and so often that sums have all the bits of a float.
    static let probed: [BfloatProduct] = {
        var random = Philox(seed: 5, purpose: .conformance)
        func numbers(_ count: Int) -> [Int] { (0..<count).map { _ in Int(255 * random.uniform()) - 127 } }
        let (a, b, start) = (numbers(rows * terms), numbers(terms * columns), numbers(rows * columns))
        return [1, 60].map { BfloatProduct(a: a, b: b, start: start, times: $0) }
    }()
}
