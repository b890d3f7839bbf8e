/// What a decoder found wrong, in a line.
public enum DecodingProblem {
    /// For people.
    public static func text(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\(place(context))'\(key.stringValue)' is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            // Other text follows: the library's sentences lose their full stop.
            place(context)
                + (context.debugDescription.last == "."
                    ? context.debugDescription.dropLast() : context.debugDescription[...])
        default: "\(error)"
        }
    }

    /// E.g. `stages[1].width: `.
    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.reduce("") { path, key in
            if let index = key.intValue { return path + "[\(index)]" }
            return path.isEmpty ? key.stringValue : path + "." + key.stringValue
        }
        return path.isEmpty ? "" : path + ": "
    }
}
