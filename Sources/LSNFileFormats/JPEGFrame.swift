/// What the frame header of a JPEG file says of how it is coded (ITU-T T.81, B.2.2).
enum JPEGFrame {
    /// What makes a JPEG one that TurboJPEG does not decode, by its first frame header; nil where that names nothing of
    /// the kind, or where there is none.
    static func unsupported(_ bytes: [UInt8]) -> String? {
        guard let (marker, start) = firstFrame(bytes) else { return nil }
        switch marker {
        case 0xC3, 0xCB: return "lossless coding"
        case 0xC5...0xC7, 0xCD...0xCF: return "hierarchical coding"
        case 0xF7: return "JPEG-LS"
        default: break
        }
        // The length (2 bytes), precision, height, width, number of components.
        guard bytes.count >= start + 8 else { return nil }
        let (precision, components) = (bytes[start + 2], bytes[start + 7])
        // Others are damage.
        if precision == 12 || precision == 16 { return "samples of \(precision) bits" }
        if bytes[start + 3] == 0, bytes[start + 4] == 0 { return "a height that stands behind the picture (DNL)" }
        if ![0, 1, 3, 4].contains(components) { return "\(components) components" }
        return nil
    }

    /// The marker of the first frame header, and where its segment starts behind the marker.
    private static func firstFrame(_ bytes: [UInt8]) -> (marker: UInt8, start: Int)? {
        var place = 2
        while place + 1 < bytes.count {
            // Fill bytes, and what old encoders left between segments.
            guard bytes[place] == 0xFF, bytes[place + 1] != 0xFF, bytes[place + 1] != 0 else {
                place += 1
                continue
            }
            let marker = bytes[place + 1]
            place += 2
            switch marker {
            // Arithmetic conditioning, Huffman tables and JPG stand among the frames' markers.
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xF7: return (marker, place)
            case 0xD9, 0xDA: return nil
            case 0x01, 0xD0...0xD8: continue
            default:
                guard place + 1 < bytes.count else { return nil }
                place += Int(bytes[place]) << 8 | Int(bytes[place + 1])
            }
        }
        return nil
    }
}
