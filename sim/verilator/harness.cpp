// One Verilated model as a Node-API addon. build.ts compiles it beside the model, with a generated model.h that defines
//   HERMES_CLOCK         the clock port's name
//   HERMES_PORTS(X)      X(name) for every port, in order
//   HERMES_TRACE         VerilatedFstC or VerilatedVcdC, if the model was built with waveforms
//
// The model's root structure, where its ports live, is handed to JavaScript as an ArrayBuffer: writing an input or
// reading an output is a plain memory access there, and only evaluation crosses the language boundary.
#include "Vdut.h"
#include "Vdut___024root.h"
#include "model.h"
#include "verilated.h"
#ifdef HERMES_TRACE
#include HERMES_TRACE_HEADER
#endif

#include <cstdarg>
#include <cstring>
#include <memory>
#include <node_api.h>
#include <stdexcept>
#include <string>

// A failed assertion, $stop or $fatal ends the running call with a JavaScript error instead of the process. It is only
// noted while the model evaluates, so that the model is never left in the middle of an edge.
static std::string lastMessage, failure;

static void stop(const char* file, int line, const char* what) {
    if (!failure.empty()) return;
    failure = lastMessage.empty() ? std::string{what} + " at " + (file ? file : "?") + ":" + std::to_string(line) : lastMessage;
}
void vl_stop(const char* file, int line, const char*) VL_MT_UNSAFE { stop(file, line, "$stop"); }
void vl_finish(const char* file, int line, const char*) VL_MT_UNSAFE { stop(file, line, "$finish"); }
void vl_fatal(const char* file, int line, const char*, const char* text) VL_MT_UNSAFE { stop(file, line, text); }

// Everything the design prints; an error message is kept for the JavaScript error that follows.
int hermesPrint(const char* format, ...) {
    char text[4096];
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (std::strstr(text, "%Error: ")) {
        lastMessage = text;
    } else {
        fputs(text, stdout);
    }
    return length;
}

namespace {

struct Simulation {
    VerilatedContext context;
    std::unique_ptr<Vdut> model;
#ifdef HERMES_TRACE
    std::unique_ptr<HERMES_TRACE> trace;
#endif
    uint64_t halfPeriod = 1;
    uint64_t edges = 0;

    bool tracing() const {
#ifdef HERMES_TRACE
        return trace && trace->isOpen();
#else
        return false;
#endif
    }

    void dump() {
#ifdef HERMES_TRACE
        trace->dump(context.time());
#endif
    }

    void edge(CData level) {
        context.timeInc(halfPeriod);
        model->HERMES_CLOCK = level;
        model->eval();
    }

    // A cycle starts in the low phase, so that a waveform shows inputs change there and registers at the rising edge.
    void cycle() {
        if (VL_UNLIKELY(tracing())) {
            model->eval();
            dump();
            edge(1);
            dump();
        } else {
            edge(1);
        }
        edge(0);
        ++edges;
    }

    void close() {
        if (!model) return;
#ifdef HERMES_TRACE
        if (trace) trace->close();
        trace.reset();
#endif
        model->final();
        model.reset();
    }
};

/** Unwraps the simulation, runs the body, and turns a C++ exception into a JavaScript one. */
template <typename Body> napi_value call(napi_env env, napi_callback_info info, Body body) {
    size_t count = 4;
    napi_value args[4], self;
    Simulation* simulation = nullptr;
    napi_get_cb_info(env, info, &count, args, &self, nullptr);
    try {
        if (napi_unwrap(env, self, reinterpret_cast<void**>(&simulation)) != napi_ok || !simulation->model) {
            throw std::runtime_error("the simulation is closed");
        }
        return body(*simulation, args);
    } catch (const std::exception& error) {
        napi_throw_error(env, nullptr, error.what());
        return nullptr;
    }
}

/** Reports what {@link stop} noted during an evaluation. */
void check() {
    if (VL_LIKELY(failure.empty())) return;
    const std::runtime_error error{failure};
    failure.clear();
    lastMessage.clear();
    throw error;
}

napi_value evaluate(napi_env env, napi_callback_info info) {
    return call(env, info, [](Simulation& simulation, napi_value*) -> napi_value {
        simulation.model->eval();
        check();
        return nullptr;
    });
}

napi_value cycle(napi_env env, napi_callback_info info) {
    return call(env, info, [env](Simulation& simulation, napi_value* args) -> napi_value {
        int64_t count = 0;
        napi_get_value_int64(env, args[0], &count);
        for (; count > 0; --count) {
            simulation.cycle();
            check();
        }
        return nullptr;
    });
}

// cycleUntil(offset, bytes, value, max): cycles until the port of 1, 2 or 4 bytes at the offset has the value.
napi_value cycleUntil(napi_env env, napi_callback_info info) {
    return call(env, info, [env](Simulation& simulation, napi_value* args) -> napi_value {
        int64_t offset = 0, bytes = 0, value = 0, max = 0;
        napi_get_value_int64(env, args[0], &offset);
        napi_get_value_int64(env, args[1], &bytes);
        napi_get_value_int64(env, args[2], &value);
        napi_get_value_int64(env, args[3], &max);
        const char* const port = reinterpret_cast<char*>(simulation.model->rootp) + offset;
        const uint32_t expected = static_cast<uint32_t>(value);
        for (; max > 0; --max) {
            simulation.cycle();
            check();
            uint32_t now = 0; // the machines that Verilator's models run on here are little-endian
            std::memcpy(&now, port, bytes);
            if (now == expected) break;
        }
        return nullptr;
    });
}

napi_value edges(napi_env env, napi_callback_info info) {
    return call(env, info, [env](Simulation& simulation, napi_value*) -> napi_value {
        napi_value result;
        napi_create_int64(env, static_cast<int64_t>(simulation.edges), &result);
        return result;
    });
}

// trace(file) starts a waveform, trace(null) ends it.
napi_value trace(napi_env env, napi_callback_info info) {
    return call(env, info, [env](Simulation& simulation, napi_value* args) -> napi_value {
#ifdef HERMES_TRACE
        if (simulation.tracing()) {
            simulation.dump(); // the last falling edge
            simulation.trace->close();
        }
        simulation.trace.reset();
        char file[4096];
        size_t length = 0;
        if (napi_get_value_string_utf8(env, args[0], file, sizeof file, &length) != napi_ok) return nullptr;
        simulation.trace = std::make_unique<HERMES_TRACE>();
        simulation.model->trace(simulation.trace.get(), 99);
        simulation.trace->open(file);
        if (!simulation.trace->isOpen()) throw std::runtime_error(std::string{"cannot write the waveform "} + file);
#endif
        return nullptr;
    });
}

napi_value close(napi_env env, napi_callback_info info) {
    return call(env, info, [env, info](Simulation& simulation, napi_value*) -> napi_value {
        napi_value self, memory;
        napi_get_cb_info(env, info, nullptr, nullptr, &self, nullptr);
        napi_get_named_property(env, self, "memory", &memory);
        napi_detach_arraybuffer(env, memory); // no view may reach the structure once it is gone
        simulation.close();
        return nullptr;
    });
}

/**
 * open(seed, halfPeriod): a fresh instance {memory, offsets, evaluate, cycle, cycleUntil, edges, trace, close}. `offsets` has the byte
 * offset in `memory` of every port, in the order of HERMES_PORTS.
 */
napi_value open(napi_env env, napi_callback_info info) {
    size_t count = 2;
    napi_value args[2];
    napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
    int32_t seed = 0;
    int64_t halfPeriod = 1;
    napi_get_value_int32(env, args[0], &seed);
    napi_get_value_int64(env, args[1], &halfPeriod);

    auto simulation = std::make_unique<Simulation>();
    simulation->halfPeriod = halfPeriod;
    simulation->context.randReset(seed == 0 ? 0 : 2); // 0: everything starts as zero; 2: as random bits of the seed
    simulation->context.randSeed(static_cast<int32_t>(seed * 0x9e3779b1u)); // the generator spreads low bits poorly
#ifdef HERMES_TRACE
    simulation->context.traceEverOn(true);
#endif
    try {
        Verilated::threadContextp(&simulation->context); // where the constructor takes its random bits from
        simulation->model = std::make_unique<Vdut>(&simulation->context, "");
        simulation->model->HERMES_CLOCK = 0;
        simulation->model->eval();
    } catch (const std::exception& error) {
        napi_throw_error(env, nullptr, error.what());
        return nullptr;
    }

    Vdut& model = *simulation->model;
    char* const base = reinterpret_cast<char*>(model.rootp);
#define HERMES_OFFSET(port) reinterpret_cast<char*>(&model.port) - base,
    const ptrdiff_t offsets[] = {HERMES_PORTS(HERMES_OFFSET)};

    const napi_property_descriptor methods[] = {
        {"evaluate", nullptr, evaluate, nullptr, nullptr, nullptr, napi_default, nullptr},
        {"edges", nullptr, edges, nullptr, nullptr, nullptr, napi_default, nullptr},
        {"cycleUntil", nullptr, cycleUntil, nullptr, nullptr, nullptr, napi_default, nullptr},
        {"cycle", nullptr, cycle, nullptr, nullptr, nullptr, napi_default, nullptr},
        {"trace", nullptr, trace, nullptr, nullptr, nullptr, napi_default, nullptr},
        {"close", nullptr, close, nullptr, nullptr, nullptr, napi_default, nullptr},
    };
    napi_value result, memory, list;
    napi_create_object(env, &result);
    napi_define_properties(env, result, sizeof methods / sizeof *methods, methods);
    napi_create_array(env, &list);
    for (uint32_t i = 0; i < sizeof offsets / sizeof *offsets; ++i) {
        napi_value offset;
        napi_create_int64(env, offsets[i], &offset);
        napi_set_element(env, list, i, offset);
    }
    napi_set_named_property(env, result, "offsets", list);
    // The buffer owns the simulation: views may outlive the object that holds the methods.
    const auto release = [](napi_env, void*, void* owner) { delete static_cast<Simulation*>(owner); };
    napi_create_external_arraybuffer(env, base, sizeof(Vdut___024root), release, simulation.get(), &memory);
    napi_set_named_property(env, result, "memory", memory);
    napi_wrap(env, result, simulation.release(), nullptr, nullptr, nullptr);
    return result;
}

} // namespace

NAPI_MODULE_INIT() {
    const napi_property_descriptor method = {"open", nullptr, open, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
    napi_define_properties(env, exports, 1, &method);
    return exports;
}
