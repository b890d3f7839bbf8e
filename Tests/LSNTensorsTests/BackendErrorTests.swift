import LSNTensors
import Testing

@Test func errorsSayWhatHappenedAndWhatToDo() {
    let memory = BackendError.outOfMemory(requestedBytes: 1000, limitBytes: 10, device: "Tiny")
    #expect("\(memory)".contains("1000") && "\(memory)".contains("Tiny") && "\(memory)".contains("--batch-size"))
    let mismatch = BackendError.mismatch(operation: "convolve", detail: "no room")
    #expect("\(mismatch)" == "convolve: no room")
    #expect("\(BackendError.device(message: "gone"))" == "gone")
}
