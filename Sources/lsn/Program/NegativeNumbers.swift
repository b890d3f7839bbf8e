/// Negative numbers among a command's arguments. The parser takes `-1` for an option, and says of `--epochs -1` that a value is
/// missing, or of `-1` that it knows no such option.
enum NegativeNumbers {
    /// The arguments with `--name -1` as `--name=-1`, which is a value in any case; whether it is a good one, the option says.
    static func joined(_ arguments: [String]) -> [String] {
        var result: [String] = []
        // The option that values belong to, as long as nothing else comes between.
        var option: String?
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return result + arguments[index...] }
            if let name = option, isNegative(argument) {
                // A list of values may have had others before, which stay.
                if result.last == name { result.removeLast() }
                result.append("\(name)=\(argument)")
                continue
            }
            if argument.hasPrefix("-") {
                option = argument.hasPrefix("--") && !argument.contains("=") ? argument : nil
            }
            result.append(argument)
        }
        return result
    }

    private static func isNegative(_ argument: String) -> Bool {
        argument.hasPrefix("-") && Double(argument) != nil
    }
}
