// A plugin of oclgrind that counts what warps touch. Of every instruction that loads or stores, and of each warp of 32 consecutive
// items, the n-th execution by each item is taken for one request (items of the simulator run one after another between barriers).
// Of a request of global memory it counts the sectors of 32 bytes that it touches, and those that its bytes would fill; of one of
// local memory the passes that 32 banks of 4 bytes take, and the fewest that would do.
//
// At the end it writes a line a kernel to the file that SECTORS names: kernel, space, requests, touched, ideal.
#include "oclgrind/Context.h"
#include "oclgrind/Kernel.h"
#include "oclgrind/KernelInvocation.h"
#include "oclgrind/Memory.h"
#include "oclgrind/Plugin.h"
#include "oclgrind/WorkGroup.h"
#include "oclgrind/WorkItem.h"
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace {

constexpr uint32_t warpItems = 32, sectorBytes = 32, bankBytes = 4, banks = 32;

struct Access {
    uint32_t lane, size;
    size_t address;
};

struct Totals {
    uint64_t requests = 0, touched = 0, ideal = 0;
};

using Instruction = const llvm::Instruction *;

// Of the work-group that a thread has in hand.
struct Group {
    std::map<std::pair<Instruction, uint32_t>, uint32_t> executions;
    // By instruction, whether it is local memory, warp, and execution.
    std::map<std::tuple<Instruction, bool, uint32_t, uint32_t>, std::vector<Access>> requests;
};
thread_local Group group;

std::set<size_t> pieces(const std::vector<Access> &accesses, size_t size) {
    std::set<size_t> found;
    for (const Access &access : accesses)
        for (size_t piece = access.address / size; piece <= (access.address + access.size - 1) / size; ++piece) found.insert(piece);
    return found;
}

// Wide accesses are served in halves or quarters of a warp.
uint64_t passes(const std::vector<Access> &accesses) {
    const uint32_t lanes = warpItems / std::clamp(accesses[0].size / bankBytes, 1u, 4u);
    uint64_t sum = 0;
    for (uint32_t first = 0; first < warpItems; first += lanes) {
        std::vector<Access> part;
        for (const Access &access : accesses)
            if (access.lane >= first && access.lane < first + lanes) part.push_back(access);
        std::vector<uint64_t> words(banks);
        for (size_t word : pieces(part, bankBytes)) ++words[word % banks];
        sum += *std::max_element(words.begin(), words.end());
    }
    return sum;
}

class Sectors : public oclgrind::Plugin {
    mutable std::mutex lock;
    mutable std::map<std::pair<std::string, bool>, Totals> totals;
    std::string kernel;

    void note(const oclgrind::Memory *memory, const oclgrind::WorkItem *item, size_t address, size_t size) {
        const unsigned space = memory->getAddressSpace();
        if (space != oclgrind::AddrSpaceGlobal && space != oclgrind::AddrSpaceLocal) return;
        const oclgrind::Size3 local = item->getLocalID(), extent = item->getWorkGroup()->getGroupSize();
        const uint32_t id = local.x + extent.x * (local.y + extent.y * local.z);
        Instruction at = item->getCurrentInstruction();
        const uint32_t execution = group.executions[{at, id}]++;
        group.requests[{at, space == oclgrind::AddrSpaceLocal, id / warpItems, execution}].push_back(
            {id % warpItems, static_cast<uint32_t>(size), address});
    }

public:
    explicit Sectors(const oclgrind::Context *context) : Plugin(context) {}

    ~Sectors() override {
        const char *path = std::getenv("SECTORS");
        std::ofstream file(path ? path : "sectors.txt", std::ios::app);
        for (const auto &[key, total] : totals)
            file << key.first << (key.second ? " local " : " global ") << total.requests << ' ' << total.touched << ' ' << total.ideal
                 << '\n';
    }

    void kernelBegin(const oclgrind::KernelInvocation *invocation) override { kernel = invocation->getKernel()->getName(); }

    void memoryLoad(const oclgrind::Memory *memory, const oclgrind::WorkItem *item, size_t address, size_t size) override {
        note(memory, item, address, size);
    }

    void memoryStore(
        const oclgrind::Memory *memory, const oclgrind::WorkItem *item, size_t address, size_t size, const uint8_t *) override {
        note(memory, item, address, size);
    }

    void workGroupComplete(const oclgrind::WorkGroup *) override {
        const std::lock_guard<std::mutex> guard(lock);
        for (const auto &[key, accesses] : group.requests) {
            const bool isLocal = std::get<1>(key);
            Totals &total = totals[{kernel, isLocal}];
            const uint64_t words = pieces(accesses, bankBytes).size();
            const uint64_t full = isLocal ? banks : sectorBytes / bankBytes;
            total.requests += 1;
            total.touched += isLocal ? passes(accesses) : pieces(accesses, sectorBytes).size();
            total.ideal += (words + full - 1) / full;
        }
        group = {};
    }
};

Sectors *plugin;

} // namespace

extern "C" void initializePlugins(oclgrind::Context *context) {
    plugin = new Sectors(context);
    context->registerPlugin(plugin);
}

extern "C" void releasePlugins(oclgrind::Context *context) {
    context->unregisterPlugin(plugin);
    delete plugin;
}
