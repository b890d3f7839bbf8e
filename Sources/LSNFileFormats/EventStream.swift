/// Events of a camera in the order of their file, whatever its format.
package struct EventStream: Sendable, Equatable {
    /// Microseconds, from anywhere on; where a clock of few bits wraps, that is undone.
    package var times: [Int] = []
    /// From the left.
    package var columns: [UInt16] = []
    /// From the top.
    package var rows: [UInt16] = []
    /// 0 or 1.
    package var polarities: [UInt8] = []
    /// Where runs of events begin, and the byte of the first one's stamp.
    private var runs: [Run] = []
    /// Bytes from one event's stamp to the next one's in a run.
    private let stride: Int

    private struct Run: Sendable, Equatable {
        let event: Int
        let byte: Int
    }

    /// No events yet.
    ///
    /// - Parameter stride: bytes from an event's stamp to the next one's, where nothing stands between.
    package init(stride: Int) {
        self.stride = stride
    }

    /// Events.
    package var count: Int { times.count }

    /// Room for so many events.
    package mutating func reserve(_ count: Int) {
        times.reserveCapacity(count)
        columns.reserveCapacity(count)
        rows.reserveCapacity(count)
        polarities.reserveCapacity(count)
    }

    /// The next events' stamps start at byte `byte` of the file.
    package mutating func beginRun(at byte: Int) {
        if runs.last?.event == count { runs.removeLast() }
        runs.append(Run(event: count, byte: byte))
    }

    /// Adds an event.
    package mutating func append(time: Int, column: UInt16, row: UInt16, polarity: UInt8) {
        times.append(time)
        columns.append(column)
        rows.append(row)
        polarities.append(polarity)
    }

    /// The byte of the file at which an event's stamp stands.
    package func byte(of event: Int) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].event <= event { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return 0 }
        return runs[low - 1].byte + (event - runs[low - 1].event) * stride
    }

    /// The events whose times lie in a span.
    package func part(_ span: Range<Int>) -> EventStream {
        var result = EventStream(stride: stride)
        var next: Int?
        for event in times.indices where span.contains(times[event]) {
            let place = byte(of: event)
            if place != next { result.beginRun(at: place) }
            next = place + stride
            result.append(
                time: times[event],
                column: columns[event],
                row: rows[event],
                polarity: polarities[event]
            )
        }
        return result
    }
}

extension AEDAT {
    /// The events, the sensor's axes mirrored as ``Event`` says. Stamps of 32 bits wrap after 71.6 minutes, which is undone by
    /// taking the shorter way round.
    ///
    /// - Parameter firstByte: the byte at which the first event stands in the file.
    package func stream(firstByte: Int) -> EventStream {
        var result = EventStream(stride: 8)
        result.reserve(events.count)
        result.beginRun(at: firstByte + 4)
        // Spans are cut by the clock of the file, so that it does not start anew.
        var previous = events.first?.time ?? 0
        var time = Int(previous)
        for event in events {
            time += Int(Int32(bitPattern: event.time &- previous))
            previous = event.time
            result.append(
                time: time,
                column: UInt16(event.column),
                row: UInt16(event.row),
                polarity: UInt8(event.polarity)
            )
        }
        return result
    }
}
