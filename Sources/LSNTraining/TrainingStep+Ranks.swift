import LSNCommunication
import LSNHostSystem
package import LSNNetworks
package import LSNTensors

/// What a run's ranks have in common.
extension TrainingStep {
    /// What a checkpoint keeps, as words on the device.
    private var state: [(storage: any Storage, words: Int)] {
        var result: [(storage: any Storage, words: Int)] = []
        for parameters in [network.parameters, average?.network.parameters].compactMap(\.self) {
            result.append((parameters.values, parameters.wordCount))
            result.append((parameters.bufferValues, parameters.bufferWordCount))
        }
        for moment in optimizer.moments { result.append((moment, network.parameters.wordCount)) }
        return result
    }

    /// Gives every rank the parameters, the running statistics, their averages and the moments of rank 0.
    func shareState() throws {
        guard let ranks = exchange?.ranks else { return }
        let backend = network.backend
        for (storage, words) in state where words > 0 {
            let own = ranks.isFirst ? try backend.read(storage, count: words) : []
            let shared = try ranks.broadcast(own, size: words)
            if !ranks.isFirst { try backend.write(shared, to: storage) }
        }
    }

    /// Compares what all ranks have learnt: they make the same updates, so that a difference is a fault of a device, of its driver
    /// or of the network between them.
    ///
    /// - Throws: ``TrainingError/ranksDiffer(rank:first:epoch:)``.
    func checkSame(epoch: Int) throws {
        guard let ranks = exchange?.ranks else { return }
        var hash = Fingerprint()
        for (storage, words) in state where words > 0 {
            for word in try network.backend.read(storage, count: words) { hash.add(word) }
        }
        let all = try ranks.gather([UInt32(truncatingIfNeeded: hash.value), UInt32(hash.value >> 32)])
        guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
        throw TrainingError.ranksDiffer(rank: ranks.name(of: other), first: ranks.name(of: 0), epoch: epoch)
    }
}

extension ParameterSet {
    /// Tells states apart: of parameters and running statistics, 16 hexadecimal digits.
    package func fingerprint() throws(BackendError) -> String {
        var fingerprint = Fingerprint()
        for (storage, words) in [(values, wordCount), (bufferValues, bufferWordCount)] where words > 0 {
            for word in try backend.read(storage, count: words) { fingerprint.add(word) }
        }
        return fingerprint.text
    }
}
