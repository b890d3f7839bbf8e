/// What the environment says of whoever started this process: mpirun and its like tell every process that it is one of several.
package struct Launcher: Sendable, Equatable {
    /// The variable that gave it away, with its value.
    package var sign: String
    /// Processes of the job; nil: only MPI can tell.
    package var count: Int?
    /// Which of the processes this is, from 0; nil where nobody says.
    package var rank: Int?
    /// Which of the processes on this machine this is, from 0; nil where nobody says.
    package var localRank: Int?
    /// How many processes run on this machine; nil where nobody says.
    package var localCount: Int?

    /// The launcher that these variables speak of; nil: none.
    ///
    /// Open MPI's mpirun sets OMPI_…, those of MPICH, Intel and Cray PMI_…, and `srun --mpi=pmix` PMIX_RANK. Slurm's own variables
    /// are there in a batch script too, which is one process, so that they only count beside one of these.
    ///
    /// - Throws: ``CommunicationError/unusable(_:)`` where a launcher has started several processes and gives MPI no means to
    ///   find them.
    package init?(_ environment: [String: String]) throws(CommunicationError) {
        func number(_ names: String...) -> Int? { names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first }
        let slurm = number("SLURM_STEP_NUM_TASKS")
        let signs = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_FD"]
        guard let found = signs.first(where: { environment[$0]?.isEmpty == false }) else {
            guard let slurm, slurm > 1 else { return nil }
            throw .unusable(
                "srun has started \(slurm) processes (SLURM_STEP_NUM_TASKS) that do not know of each other, and each would train "
                    + "by itself. Start them with srun --mpi=pmix (srun --mpi=list has what there is), or with mpirun"
            )
        }
        sign = "\(found)=\(environment[found] ?? "")"
        count = number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE") ?? slurm
        rank = number("OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID")
        localRank = number("OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "PMI_LOCAL_RANK", "SLURM_LOCALID")
        localCount = number("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "PMI_LOCAL_SIZE")
    }
}
