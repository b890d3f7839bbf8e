package import LSNTensors

/// The paper's Tables 2 and 5: the logic gate's truth table with its derivatives, as a backend computes them.
package struct GateTable: Codable, Hashable, Sendable {
    /// Where it was computed.
    package var device: String
    /// All eight.
    package var rows: [Row]

    /// A row.
    package struct Row: Codable, Hashable, Sendable {
        /// X.
        package var input: Int
        /// E.
        package var excitatory: Int
        /// I.
        package var inhibitory: Int
        /// X'.
        package var output: Int
        /// T = E + I − 2EI: 0 where the gate is the identity.
        package var transmission: Int
        /// Partial ∂X'/∂X.
        package var inputDerivative: Int
        /// Partial ∂X'/∂E.
        package var excitatoryDerivative: Int
        /// Partial ∂X'/∂I.
        package var inhibitoryDerivative: Int
        /// dX'/dX with E' = ∂E/∂X and I' = ∂I/∂X symbolic, eq. 13.
        package var total: String
        /// What the paper prints for ∂X'/∂E, where that is another value.
        package var misprintedExcitatoryDerivative: Int?
        /// What the paper prints for ∂X'/∂I, where that is another value.
        package var misprintedInhibitoryDerivative: Int?

        /// Names in JSON.
        package enum CodingKeys: String, CodingKey {
            case input = "x"
            case excitatory = "e"
            case inhibitory = "i"
            case output
            case transmission = "t"
            case inputDerivative = "d_x"
            case excitatoryDerivative = "d_e"
            case inhibitoryDerivative = "d_i"
            case total
            case misprintedExcitatoryDerivative = "misprinted_d_e"
            case misprintedInhibitoryDerivative = "misprinted_d_i"
        }
    }

    /// Computes the gate and its gradients, at ∂L/∂X' = 1, on `backend`.
    package init(on backend: Backend) throws(BackendError) {
        let shape = ImageShape(images: 1, height: 1, width: 1, channels: 8)
        // Channel c holds row c: X, E and I are its bits.
        func bits(_ place: Int) throws(BackendError) -> SpikeTensor {
            try backend.spikeTensor((0..<8).map { Float(($0 >> place) & 1) }, shape: shape)
        }
        let (x, e, i) = (try bits(2), try bits(1), try bits(0))
        let output = try backend.values(try backend.logicGate(input: x, excitatory: e, inhibitory: i))
        let ones = try backend.realTensor([Float](repeating: 1, count: 8), shape: shape)
        let gradients = try backend.logicGateBackward(ones, input: x, excitatory: e, inhibitory: i)
        let input = try backend.values(gradients.input)
        let excitatory = try backend.values(gradients.excitatory)
        let inhibitory = try backend.values(gradients.inhibitory)
        device = backend.deviceName
        rows = (0..<8).map { row in
            Row(
                bits: row,
                output: output[row],
                input: input[row],
                excitatory: excitatory[row],
                inhibitory: inhibitory[row]
            )
        }
    }
}

extension GateTable.Row {
    fileprivate init(bits row: Int, output: Float, input: Float, excitatory: Float, inhibitory: Float) {
        self.input = (row >> 2) & 1
        self.excitatory = (row >> 1) & 1
        self.inhibitory = row & 1
        self.output = Int(output)
        transmission = self.excitatory ^ self.inhibitory
        inputDerivative = Int(input)
        excitatoryDerivative = Int(excitatory)
        inhibitoryDerivative = Int(inhibitory)
        total = Self.sum([(Int(input), ""), (Int(excitatory), "E'"), (Int(inhibitory), "I'")])
        // Table 5 of the paper swaps ∂X'/∂E of the rows (1, 0, 0) and (1, 0, 1), and drops the sign of ∂X'/∂I.
        misprintedExcitatoryDerivative = row == 4 || row == 5 ? 1 - Int(excitatory) : nil
        misprintedInhibitoryDerivative = inhibitory < 0 ? -Int(inhibitory) : nil
    }

    /// Terms with coefficients −1, 0 and 1 as text: `1 + E'`, `-I'`, `0`.
    private static func sum(_ terms: [(coefficient: Int, symbol: String)]) -> String {
        var text = ""
        for (coefficient, symbol) in terms where coefficient != 0 {
            let magnitude = symbol.isEmpty ? "\(abs(coefficient))" : symbol
            if text.isEmpty {
                text = coefficient < 0 ? "-" + magnitude : magnitude
            } else {
                text += coefficient < 0 ? " - \(magnitude)" : " + \(magnitude)"
            }
        }
        return text.isEmpty ? "0" : text
    }
}

extension GateTable {
    /// The report: Table 2, and Table 5 with the paper's misprints marked.
    package func report(command: String) -> [UInt8] {
        var report = MarkdownReport("Tables 2 and 5: the logic gate and its derivatives")
        report.paragraph(
            "X' = (1 − T)·X + H with T = E + I − 2EI, H = E − EI, computed by \(device) from the packed words, and its "
                + "backward pass at ∂L/∂X' = 1. E' = ∂E/∂X and I' = ∂I/∂X are the branches' own derivatives. A value in "
                + "parentheses is what the paper's Table 5 prints where that is a misprint. Made with"
        )
        report.paragraph("```\n\(command)\n```")
        func number(_ value: Int, _ misprint: Int?) -> String {
            "\(value)".replacing("-", with: "−") + (misprint.map { " (printed: \($0))" } ?? "")
        }
        report.table(
            ["X", "E", "I", "X'", "T", "∂X'/∂X", "∂X'/∂E", "∂X'/∂I", "dX'/dX"],
            rows.map { row in
                [
                    "\(row.input)", "\(row.excitatory)", "\(row.inhibitory)", "\(row.output)", "\(row.transmission)",
                    number(row.inputDerivative, nil),
                    number(row.excitatoryDerivative, row.misprintedExcitatoryDerivative),
                    number(row.inhibitoryDerivative, row.misprintedInhibitoryDerivative),
                    row.total.replacing("-", with: "−"),
                ]
            }
        )
        report.paragraph(
            "Where T = 0 the gate is the identity forward, but its total derivative is 1 + E' or 1 − I', not 1; in the rows "
                + "(0, 0, 1) and (1, 1, 0) it is 0. The paper's eq. 7, 14 and 15 have misprints too; "
                + "the backward pass here is that of the form above, checked against finite differences by `lsn check`."
        )
        return report.bytes
    }
}
