// The order in which convolutions of real values add: see Sources/LSNTensors/ConvolutionOrder.swift.
#ifndef ORDER_CL
#define ORDER_CL

#include "common/layout.cl"

// Channels that one window position after the other adds, before the next ones.
#define BLOCK 64
// A sum as it is stored: 0 is +0, whatever the signs of its terms, and so whether zeros outside the image took part or not.
#define STORED_SUM(sum) ((sum) + 0.0f)

#endif
