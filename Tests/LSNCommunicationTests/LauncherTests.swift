import Testing

@testable import LSNCommunication

/// What the environment says of whoever started a process.
@Suite struct LauncherTests {
    @Test func nobodyHasStartedIt() throws {
        #expect(try Launcher([:]) == nil)
        // A batch script of Slurm's is one process.
        #expect(try Launcher(["SLURM_NTASKS": "8", "SLURM_PROCID": "0"]) == nil)
        #expect(try Launcher(["SLURM_STEP_NUM_TASKS": "1"]) == nil)
        #expect(try Launcher(["OMPI_COMM_WORLD_SIZE": ""]) == nil)
    }

    @Test func launchersGiveThemselvesAway() throws {
        let openMPI = try #require(
            try Launcher([
                "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_RANK": "1", "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
                "PMIX_RANK": "3",
            ])
        )
        #expect(openMPI.sign == "OMPI_COMM_WORLD_SIZE=4")
        #expect(openMPI.count == 4 && openMPI.localRank == 1 && openMPI.localCount == 2)
        let mpich = try #require(try Launcher(["PMI_SIZE": "3", "PMI_RANK": "0", "MPI_LOCALRANKID": "0"]))
        #expect(mpich.count == 3 && mpich.localRank == 0 && mpich.localCount == nil)
        let slurm = try #require(
            try Launcher(["PMIX_RANK": "5", "SLURM_STEP_NUM_TASKS": "8", "SLURM_LOCALID": "1"])
        )
        #expect(slurm.count == 8 && slurm.localRank == 1)
        #expect(try Launcher(["PMIX_RANK": "0"])?.count == nil)
    }

    /// Each of them would train a network of its own.
    @Test func processesThatCannotMeetAreRefused() throws {
        let error = #expect(throws: CommunicationError.self) { try Launcher(["SLURM_STEP_NUM_TASKS": "4"]) }
        #expect(error?.description.contains("srun --mpi=pmix") == true)
        #expect(error?.isBadInput == true)
    }

    @Test func theSourceTravelsInTheProgram() {
        let source = MPILibrary.source
        #expect(source.contains("#define LSN_MPI_INTERFACE \(MPILibrary.interface)\n"))
        #expect(source.contains("mpicc -O2 -shared -fPIC -o liblsn-mpi.so lsn-mpi.c"))
        // Of other headers a cluster may have none.
        let headers = source.matches(of: /#include (\S+)/).map { String($0.1) }
        #expect(headers == ["<mpi.h>", "<stdlib.h>", "<string.h>"])
    }
}
