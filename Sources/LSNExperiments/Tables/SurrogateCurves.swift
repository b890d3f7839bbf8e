package import LSNReports
package import LSNTensors

/// The paper's Fig. 1: derivatives of the ReLU and of the surrogates, as a backend's backward pass computes them.
package struct SurrogateCurves: Codable, Hashable, Sendable {
    /// Where they were computed.
    package var device: String
    /// Û − V_th of the surrogates, and the input of the ReLU.
    package var places: [Float]
    /// One for each function.
    package var curves: [Curve]

    /// A curve.
    package struct Curve: Codable, Hashable, Sendable {
        /// E.g. `triangular 1`, `relu`.
        package var name: String
        /// Name of the surrogate; nil for the ReLU.
        package var surrogate: String?
        /// Its height, slope, width or temperature.
        package var parameter: Float?
        /// Derivatives, one for each place.
        package var values: [Float]
        /// The largest of them.
        package var peak: Float
        /// ∫ over the places: 1 for the derivative of a step of height 1.
        package var area: Double
    }

    /// The surrogates of Fig. 1 and those beside them.
    package static let standard: [Surrogate] = [
        .triangular(height: 1), .triangular(height: 0.7), .sigmoid(slope: 1), .sigmoid(slope: 4), .arctan(slope: 2),
        .rectangle(width: 1), .dspike(temperature: 3),
    ]

    /// Differentiates a neuron layer of one time step for every potential of a grid.
    ///
    /// - Parameters:
    ///   - backend: where.
    ///   - surrogates: which.
    ///   - range: of Û − V_th.
    ///   - count: of places, both ends among them; at least 2.
    package init(
        on backend: Backend,
        surrogates: [Surrogate] = standard,
        range: ClosedRange<Float> = -2...2,
        count: Int = 401
    ) throws(BackendError) {
        let steps = max(count, 2) - 1
        let places = (0...steps).map {
            range.lowerBound + (range.upperBound - range.lowerBound) * Float($0) / Float(steps)
        }
        let shape = ImageShape(images: 1, height: 1, width: places.count, channels: 1)
        func ones() throws(BackendError) -> RealTensor {
            try backend.realTensor([Float](repeating: 1, count: places.count), shape: shape)
        }
        let values = try backend.realTensor(places, shape: shape)
        let throughReLU = try backend.reluBackward(try ones(), input: values)
        var curves = [Curve(name: "relu", surrogate: nil, values: try backend.values(throughReLU), places: places)]
        for surrogate in surrogates {
            let neuron = Neuron(surrogate: surrogate)
            let potentials = try backend.realTensor(places.map { $0 + neuron.threshold }, shape: shape)
            let gradient = try backend.fireBackward(
                try ones(),
                input: potentials,
                normalization: nil,
                neuron: neuron,
                time: TimeAxis(steps: 1),
                gradients: nil
            )
            curves.append(
                Curve(
                    name: "\(surrogate.kind.rawValue) \(surrogate.parameter)",
                    surrogate: surrogate,
                    values: try backend.values(gradient),
                    places: places
                )
            )
        }
        device = backend.deviceName
        self.places = places
        self.curves = curves
    }
}

extension SurrogateCurves.Curve {
    fileprivate init(name: String, surrogate: Surrogate?, values: [Float], places: [Float]) {
        self.name = name
        self.surrogate = surrogate?.kind.rawValue
        parameter = surrogate?.parameter
        self.values = values
        peak = values.max() ?? 0
        var area = 0.0
        for index in places.indices.dropFirst() {
            let height = Double(values[index - 1] + values[index]) / 2
            area += height * Double(places[index] - places[index - 1])
        }
        self.area = area
    }
}

extension SurrogateCurves {
    /// The picture.
    package var figure: Figure {
        Figure(
            title: "Derivatives in the backward pass",
            unit: "∂Y/∂Û by Û − V_th; relu: by its input",
            xLabel: "distance from the threshold",
            xScale: .whole,
            yScale: .fromZero,
            lines: curves.enumerated().map { index, curve in
                Figure.Line(
                    name: curve.name,
                    points: zip(places, curve.values).map { (Double($0), Double($1)) },
                    colour: index,
                    stroke: curve.surrogate == nil ? 1 : index % 4
                )
            }
        )
    }

    /// A line for each place, a column for each curve.
    package var csv: [UInt8] {
        var lines = [(["distance"] + curves.map(\.name)).joined(separator: ",")]
        for index in places.indices {
            lines.append(([places[index]] + curves.map { $0.values[index] }).map { "\($0)" }.joined(separator: ","))
        }
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }

    /// The report.
    package func report(command: String) -> [UInt8] {
        var report = MarkdownReport("Fig. 1: derivatives of ReLU and of the surrogates")
        report.paragraph(
            "Computed by \(device): the backward pass of a layer of neurons, one time step, ∂L/∂Y = 1, at "
                + "\(places.count) potentials. The paper's eq. 1 draws the sigmoid with slope 1, whose peak is 0.25. "
                + "Made with"
        )
        report.paragraph("```\n\(command)\n```")
        report.picture("surrogates.svg", "Derivatives by the distance from the threshold")
        report.table(
            ["function", "peak", "area"],
            curves.map { [$0.name, Figure.number(Double($0.peak)), Figure.number($0.area)] }
        )
        return report.bytes
    }
}
