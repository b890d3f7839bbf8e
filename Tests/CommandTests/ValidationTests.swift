import Foundation
import Testing

/// `lsn train --val-split`.
@Suite struct ValidationTests {
    @Test func everyFigureSaysWhichSplitItIsOf() throws {
        let place = try Workplace()
        let result = try place.lsn(tinyTraining + ["--output", "run", "--val-split", "10"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("30 to train on, 10 to validate with, 20 to test with"), "\(result.output)")
        #expect(result.output.contains("  validation loss "))
        #expect(
            result.output.firstMatch(of: /\ntest accuracy \d+\.\d\d % of 20 samples, with the weights of epoch [12]\n/)
                != nil
        )
        #expect(result.output.contains(", chosen on the validation split)"))
        let report = try #require(try place.lsn("report", "run", "--json").json() as? [String: Any])
        let run = try #require((report["runs"] as? [[String: Any]])?.first)
        #expect(
            run["test_accuracy"] is Double && run["best_val_accuracy"] is Double && run["best_test_accuracy"] == nil
        )
        let page = try place.read("run/report.html")
        #expect(
            page.contains("validation accuracy after epoch 2")
                && page.contains("scored once, with the weights of epoch")
        )
        let printed = try place.lsn("train", "--config", "run/config.json", "--print-config")
        #expect(
            printed.output.contains("val-split: '10'") || printed.output.contains("val-split: 10"),
            "\(printed.output)"
        )

        // The default is labelled, too.
        let plain = try place.lsn(tinyTraining + ["--output", "plain"])
        #expect(
            plain.output.contains(", chosen on the test split)") && !plain.output.contains("validat"),
            "\(plain.output)"
        )
        #expect(try place.read("plain/report.html").contains("chosen on the test split"))
        for (value, problem) in [
            ("0", "a share of the training split"), ("2000", "--val-split 2000 takes 2000 of the 40"),
        ] {
            let bad = try place.lsn(tinyTraining + ["--output", "bad", "--val-split", value])
            #expect(bad.code == 2 && bad.errors.contains(problem), "\(bad.errors)")
        }
    }
}
