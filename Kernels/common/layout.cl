// Layouts shared by every kernel.
