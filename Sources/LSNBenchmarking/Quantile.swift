extension [Double] {
    /// A quantile of numbers in order of size, linear between neighbours; 0 of none.
    func quantile(_ share: Double) -> Double {
        guard let last else { return 0 }
        let place = share * Double(count - 1)
        let index = Int(place)
        guard index + 1 < count else { return last }
        return self[index] + (place - Double(index)) * (self[index + 1] - self[index])
    }
}
