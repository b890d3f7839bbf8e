import LSNFileFormats
import LSNTraining

/// What `lsn models --pretrained` prints.
enum PretrainedListing {
    /// Prints the networks that come with the program.
    static func show(json: Bool) throws {
        let models = try PretrainedModels.all()
        if json {
            try JSONOutput.print(models)
            return
        }
        guard !models.isEmpty else {
            throw InputError(
                "no trained networks are beside the program: make install puts them into PREFIX/share/lsn/pretrained, and "
                    + "LSN_PRETRAINED_DIR may name their folder"
            )
        }
        var table = TextTable([
            ("name", .left), ("model", .left), ("data", .left), ("accuracy", .right), ("parameters", .right),
            ("made by", .left),
        ])
        for model in models {
            table.add([
                PrintableText.name(model.name), PrintableText.name(model.model), PrintableText.name(model.dataset),
                "\(ProgressText.percent(model.accuracy)) of \(ProgressText.count(model.samples))",
                ProgressText.count(model.parameters), PrintableText.name(model.command),
            ])
        }
        Terminal.write(table.text)
    }
}
