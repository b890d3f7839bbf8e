import Foundation
public import LSNCLibrary
import LSNDevices
import LSNTensors
import LSNTraining

/// The version, which lives as long as the process.
nonisolated(unsafe) private let version = unsafe strdup(ProgramVersion.current)

/// See lsn.h.
@c @implementation
public func lsn_version() -> UnsafePointer<CChar>? { unsafe UnsafePointer(version) }

/// See lsn.h.
@c @implementation
public func lsn_devices(
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?
) -> lsn_status {
    call { warnings in try unsafe give(json(LibraryDevice.listed(warnings)), to: buffer, capacity, length) }
}

/// See lsn.h.
@c @implementation
public func lsn_device_open(
    _ name: UnsafePointer<CChar>?,
    _ options: UnsafePointer<CChar>?,
    _ device: UnsafeMutablePointer<lsn_device>?
) -> lsn_status {
    call { warnings in
        let target = try unsafe result(device, "device")
        let name = try unsafe text(name, "name")
        let own = ["device": "it is the name. Leave it out of the options"]
        let options = try unsafe OptionText(options, refusing: own).parse(DeviceOptions.self)
        let opened = try LibraryDevice(name, options: options, warnings: warnings)
        unsafe target.pointee = LibraryDevice.all.insert(opened)
    }
}

/// See lsn.h.
@c @implementation
public func lsn_device_describe(
    _ device: lsn_device,
    _ buffer: UnsafeMutablePointer<CChar>?,
    _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?
) -> lsn_status {
    call { warnings in
        let machine = try LibraryDevice.all.value(device).device(precision: .highest, warnings).machine
        try unsafe give(json(DeviceText(machine)), to: buffer, capacity, length)
    }
}

/// See lsn.h.
@c @implementation
public func lsn_device_free(_ device: lsn_device) -> lsn_status {
    call { _ in try LibraryDevice.all.remove(device) }
}
