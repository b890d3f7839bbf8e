/// Places for labels that would overlap.
enum LabelPlacement {
    /// Moves ascending `places` apart, as little as needed, and keeps them within `bounds` where they fit there.
    static func spread(_ places: [Double], distance: Double, within bounds: ClosedRange<Double>) -> [Double] {
        var result = places
        for index in result.indices {
            let least = index == 0 ? bounds.lowerBound : result[index - 1] + distance
            result[index] = max(result[index], least)
        }
        var most = bounds.upperBound
        for index in result.indices.reversed() {
            guard result[index] > most else { break }
            result[index] = most
            most -= distance
        }
        return result
    }
}
