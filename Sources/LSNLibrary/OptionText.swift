import ArgumentParser
import Foundation
import LSNConfiguration
import LSNDevices
import LSNFileFormats

/// Options as JSON, which are read as `lsn train` reads them.
struct OptionText {
    /// Values by name, with underscores.
    private(set) var values: [String: String] = [:]

    /// - Parameters:
    ///   - pointer: to a JSON object; nil: no options.
    ///   - refused: options that have no meaning here, and why, by name.
    /// - Throws: ``LibraryError/badArgument(_:)``.
    init(_ pointer: UnsafePointer<CChar>?, refusing refused: [String: String]) throws(LibraryError) {
        guard let pointer = unsafe pointer else { return }
        let text = try unsafe LSNLibrary.text(pointer, "options")
        let decoded: JSONValue
        do {
            decoded = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        } catch {
            throw .badArgument("options are not JSON: an object is needed, like {\"epochs\": 2}")
        }
        guard case .object(let members) = decoded else {
            throw .badArgument("options are no JSON object, like {\"epochs\": 2}")
        }
        for (name, value) in members {
            let name = name.replacing("-", with: "_")
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
                throw .badArgument("there is no option called '\(name)'")
            }
            if let reason = refused[name] { throw .badArgument("\(name): \(reason)") }
            guard values[name] == nil else { throw .badArgument("\(name) is given twice") }
            values[name] = try Self.text(of: value, name)
        }
    }

    /// Switches that only can be given: `false` leaves them out.
    private static let switches: Set = ["no_decay_norms", "no_winograd", "strict"]

    /// As arguments of a command, by name.
    var arguments: [String] {
        values.sorted { $0.key < $1.key }.compactMap { name, value in
            value == "false" && Self.switches.contains(name) ? nil : OptionList.argument(name, value)
        }
    }

    /// Parses them.
    ///
    /// - Parameter before: arguments that come before.
    /// - Throws: ``LibraryError/badArgument(_:)`` for unknown names (with the nearest one) and for values that an option does
    ///   not take.
    func parse<Options: ParsableArguments>(_ type: Options.Type, before: [String] = []) throws(LibraryError) -> Options
    {
        do {
            return try Options.parse(before + arguments)
        } catch {
            throw .badArgument(OptionFile.reason(Options.message(for: error)))
        }
    }

    private static func text(of value: JSONValue, _ name: String) throws(LibraryError) -> String? {
        switch value {
        case .null: return nil
        case .truth(let truth): return "\(truth)"
        case .whole(let number): return "\(number)"
        case .natural(let number): return "\(number)"
        case .number(let number): return "\(number)"
        case .text(let text): return text
        case .list(let items):
            var texts: [String] = []
            for item in items { if let text = try text(of: item, name) { texts.append(text) } }
            return texts.joined(separator: ",")
        case .object: throw .badArgument("\(name) takes a text, a number or a truth")
        }
    }
}

/// What options are of something else than what a function does.
enum Refused {
    private static func all(_ names: [String], _ reason: String) -> [String: String] {
        Dictionary(names.map { ($0, reason) }) { first, _ in first }
    }

    private static let device = all(
        ["device", "kernels", "no_winograd", "mapping", "numerics", "precision", "matrix_units"],
        "the network is on a device already. Choose it when the network is loaded"
    )
    private static let network = all(
        [
            "model", "width", "timesteps", "stem", "head", "sew", "residual", "neuron", "leak", "threshold",
            "reset", "detach_reset", "no_detach_reset", "surrogate", "surrogate_height", "surrogate_slope",
            "surrogate_width", "surrogate_temperature", "branch_scale", "branch_bias", "head_gain", "pretrained",
            "strict",
        ],
        "the network is there already, with its parameters. Choose this when it is made or loaded"
    )
    private static let data = all(
        [
            "dataset", "data", "split", "image_size", "frames_by", "duration", "event_format", "event_size",
            "normalize", "max_bad_files", "cache", "limit_train", "limit_test", "shift", "flip", "no_flip", "cutout",
            "random_erasing",
        ],
        "samples are arrays, and taken as they are. Change the arrays, or train on a data set with lsn_train()"
    )
    private static let folders = all(
        ["output", "resume", "config", "checkpoint_every"],
        "there is no run's folder. Save the network, or train on a data set with lsn_train()"
    )
    private static let command = all(
        ["print_config", "dry_run", "json", "exchange_timeout", "help", "version"],
        "it is of the command line. Use lsn train"
    )

    private static func joined(_ parts: [String: String]...) -> [String: String] {
        parts.reduce([:]) { $0.merging($1) { first, _ in first } }
    }

    /// Of `lsn_train`.
    static let inTraining = command
    /// Of `lsn_network_fit`.
    static let inFitting = joined(command, device, network, data, folders)
    /// Of `lsn_network_optimize`.
    static let inSteps = joined(
        inFitting,
        all(
            [
                "epochs", "batch_size", "learning_rate", "min_learning_rate", "warmup_epochs", "schedule", "max_steps",
                "val_split",
                "seed",
            ],
            "every step is given its samples and its learning rate. Train epochs with lsn_network_fit()"
        ),
        all(
            ["mixup", "cutmix"],
            "every step is given its samples and labels, which are taken as they are. Train epochs with lsn_network_fit()"
        ),
        all(
            ["ema"],
            "averages are what epochs are evaluated with. Train epochs with lsn_network_fit()"
        ),
        all(
            ["surrogate_search", "no_surrogate_search"],
            "it is looked for at each epoch. Train epochs with lsn_network_fit()"
        )
    )
}
