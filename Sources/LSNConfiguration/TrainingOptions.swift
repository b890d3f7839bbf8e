package import ArgumentParser
package import LSNTraining

/// What is asked of a training run: an option that was not given is nil, and its default depends on the data set and on the
/// network, see ``configuration(device:)``.
///
/// Every option is declared once, in one of these types, with its help and the values that it takes. Files of options and
/// records of runs are read as options given before those of the command line, see ``OptionList``.
package struct TrainingOptions: ParsableArguments {
    /// What is trained.
    @OptionGroup(title: "Network") package var network: NetworkOptions
    /// On what.
    @OptionGroup(title: "Data") package var data: DataOptions
    /// How.
    @OptionGroup(title: "Learning") package var learning: LearningOptions
    /// From where, and what stays.
    @OptionGroup(title: "Weights") package var weights: WeightOptions
    /// How long, and with what.
    @OptionGroup(title: "Run") package var run: RunOptions

    /// Nothing given; ``parsed(_:)`` gives one whose options can be read.
    package init() {}

    /// The options that these arguments give.
    ///
    /// - Throws: ``ConfigurationError/badOptions(_:)``.
    package static func parsed(_ arguments: [String] = []) throws(ConfigurationError) -> TrainingOptions {
        do {
            return try parse(arguments)
        } catch {
            throw .badOptions(message(for: error))
        }
    }
}

extension TrainingConfiguration {
    /// What these options come to, see ``TrainingOptions/configuration(device:)``.
    package init(_ options: OptionList) throws {
        self = try TrainingOptions.parsed(options.arguments).configuration()
    }
}
