import Foundation
import LSNCommunication
import LSNDevices
import LSNOpenCLBackend
import LSNOpenCLRuntime
import LSNTraining

extension OpenDevice {
    /// The programs that a run with this plan will ask for, in about that order; none where kernels are not compiled.
    func programs(of planner: MemoryPlanner, _ plan: MemoryPlan) throws -> [ProgramSpecification] {
        guard queue != nil, let dryRun = planner.dryRun(of: plan) else { return [] }
        guard let backend = dryRun.backend as? OpenCLBackend else { return [] }
        var (programs, known): ([ProgramSpecification], Set<ProgramSpecification>) = ([], [])
        for launch in try backend.plannedLaunches(dryRun.goThrough) {
            let program = ProgramSpecification(file: launch.file, options: launch.options)
            if known.insert(program).inserted { programs.append(program) }
        }
        return programs
    }

    /// Has programs built on all cores before they are asked for one by one: see ``ComputeQueue``.
    ///
    /// - Parameter progress: told how many of all are done, from any thread.
    func buildAhead(_ programs: [ProgramSpecification], progress: @escaping @Sendable (Int, Int) -> Void) {
        guard let queue else { return }
        // Several ranks of a machine have their cores busy.
        let builds = Ranks.all.isShared ? nil : BuildCommand.command(for: queue.device)
        queue.buildAhead(programs, by: builds, progress: progress)
    }
}
