/// A network in the Neuromorphic Intermediate Representation (Pedersen et al., 2024): nodes and the edges between them.
/// Several edges into a node are summed.
package struct NIRGraph: Sendable, Equatable {
    /// A computation at every time step. Shapes have no batch: `[C, H, W]`, or `[C]` behind a ``flatten(shape:)``.
    package enum Node: Sendable, Equatable {
        /// Where values come in.
        case input(shape: [Int])
        /// Where values go out.
        case output(shape: [Int])
        /// A convolution of an image of `height` × `width`; weights `[out, in, kH, kW]`.
        case convolution(
            weight: [Float],
            shape: [Int],
            bias: [Float],
            stride: Int,
            padding: Int,
            height: Int,
            width: Int
        )
        /// Fully connected; weights `[out, in]`.
        case affine(weight: [Float], shape: [Int], bias: [Float])
        /// Leaky integrate and fire, all neurons alike: τ·dv/dt = −v + R·I, a spike and v = 0 where v ≥ threshold.
        case leakyNeurons(tau: Float, resistance: Float, threshold: Float, shape: [Int])
        /// Integrate and fire, all neurons alike: dv/dt = R·I, a spike and v = 0 where v ≥ threshold.
        case neurons(resistance: Float, threshold: Float, shape: [Int])
        /// A convolution of each channel on its own, `factor` in every place of a `window` × `window`; no bias.
        case channelwise(
            factor: Float,
            window: Int,
            channels: Int,
            stride: Int,
            padding: Int,
            height: Int,
            width: Int
        )
        /// The mean over windows of `height` × `width` that touch each other.
        case averagePool(height: Int, width: Int)
        /// All values in a row, in the order of the shape.
        case flatten(shape: [Int])
    }

    /// A directed connection.
    package struct Edge: Sendable, Hashable {
        /// The node that gives.
        package let source: String
        /// The node that takes.
        package let target: String
    }

    /// Nodes by name, in the order of computation.
    package private(set) var nodes: [(name: String, node: Node)] = []
    /// In the order of their targets.
    package private(set) var edges: [Edge] = []
    /// Seconds of a time step, by which a reader discretises the neurons.
    package static let timeStep: Float = 1e-4

    /// A graph without nodes.
    package init() {}

    /// Adds a node that takes what `sources` give; returns its name.
    mutating func add(_ name: String, _ node: Node, from sources: [String]) -> String {
        nodes.append((name, node))
        edges += sources.map { Edge(source: $0, target: name) }
        return name
    }

    /// The node of that name.
    package subscript(name: String) -> Node? { nodes.first { $0.name == name }?.node }

    /// Whether two graphs have the same nodes and edges in the same order.
    package static func == (a: NIRGraph, b: NIRGraph) -> Bool {
        a.edges == b.edges && a.nodes.map(\.name) == b.nodes.map(\.name) && a.nodes.map(\.node) == b.nodes.map(\.node)
    }
}

/// A network that the representation cannot express, or whose parameters do not fit it.
package struct InterchangeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which nodes, and why.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
