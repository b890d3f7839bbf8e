import Foundation
import LSNTestSupport
import Testing

@testable import LSNOpenCLRuntime

@Suite(.needsDevice) struct DeviceTests {
    @Test func everyDeviceTellsWhatItIs() throws {
        let devices = try OpenCL.devices()
        #expect(!devices.isEmpty)
        #expect(Set(devices.map(\.selector)).count == devices.count)
        for device in devices {
            #expect(!device.name.isEmpty && !device.platformName.isEmpty && !device.driverVersion.isEmpty)
            #expect(device.name == device.name.trimmingCharacters(in: .whitespacesAndNewlines))
            #expect(device.openCLVersion.hasPrefix("OpenCL "))
            #expect(device.computeUnits > 0 && device.maxWorkGroupSize > 0 && device.nativeFloatVectorWidth > 0)
            #expect(device.largestAllocationBytes > 0)
            #expect(device.globalMemoryBytes >= device.largestAllocationBytes)
            #expect(device.baseAddressAlignmentBytes.nonzeroBitCount == 1)
            #expect(device.selector == "opencl:\(device.platformIndex):\(device.deviceIndex)")
            #expect(try OpenCL.device(named: device.selector) == device)
        }
    }

    @Test func gpuComesBeforeOthersAndUnusableOnesAreLeftOut() throws {
        let device = try TestDevice.find()
        let cpu = device.pretending(index: 10, kind: .cpu)
        let card = device.pretending(index: 11, kind: .accelerator)
        let broken = device.pretending(index: 12, kind: .gpu, hasCompiler: false)
        let busy = device.pretending(index: 13, kind: .gpu, isAvailable: false)
        let gpu = device.pretending(index: 14, kind: .gpu)
        for name in ["opencl", "auto"] {
            #expect(try OpenCL.device(named: name, among: [cpu, card, broken, busy, gpu]) == gpu)
            #expect(try OpenCL.device(named: name, among: [cpu, card, broken, busy]) == card)
            #expect(try OpenCL.device(named: name, among: [cpu, broken, busy]) == cpu)
        }
    }

    @Test(arguments: ["opencl:99:0", "opencl:0:99", "opencl:0", "cuda", ""])
    func unknownNameListsTheKnownOnes(name: String) throws {
        let devices = try OpenCL.devices()
        let error = #expect(throws: OpenCLError.self) { try OpenCL.device(named: name) }
        #expect(error == .noSuchDevice(asked: name, known: devices.map { "\($0.selector) (\($0.name))" }))
    }

    @Test func unusableDeviceIsRefused() throws {
        let device = try TestDevice.find()
        let sources = KernelSourceTree(files: [:], origin: "")
        for (pretender, word) in [
            (device.pretending(isAvailable: false), "available"), (device.pretending(hasCompiler: false), "compiler"),
        ] {
            let error = #expect(throws: OpenCLError.self) {
                try ComputeQueue(device: pretender, sources: sources, cache: nil, profiling: false)
            }
            #expect("\(try #require(error))".contains(word))
        }
    }

    @Test func fingerprintNamesDriverAndDevice() throws {
        let device = try TestDevice.find()
        #expect(device.driverFingerprint.contains(device.driverVersion))
        #expect(device.driverFingerprint.contains(device.name))
        #expect(device.pretending(driverVersion: "next").driverFingerprint != device.driverFingerprint)
    }
}
