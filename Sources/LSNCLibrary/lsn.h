/* lsn: deep logic spiking networks, from C. `make library` puts liblsn.so and this header into .build/release;
 * link with -llsn.
 *
 * Handles. Devices and networks are numbers. A number is never given out twice: one that was freed, or never was, gives
 * LSN_NO_HANDLE, in any thread. 0 is no handle. A network keeps its device: they may be freed in any order.
 *
 * Errors. Every function that can fail returns an lsn_status. Where it is not LSN_OK, lsn_message() says in words what happened
 * and what to do, and nothing is written to results. No input ends the process; pointers must be valid for what is said of them.
 *
 * Threads. Every function may be called from any thread. Networks are independent, also on one device. While one thread is in a
 * call with a network, another's call with the same network returns LSN_BUSY at once, and so do calls with it from within its callback.
 *
 * Memory. What a function is given it copies, or has done with when it returns. What it returns goes to memory of the caller;
 * texts of lsn_message() and lsn_warning() belong to the library, until the thread's next call.
 *
 * Arrays are float32 in row-major order without gaps. Samples are as the network sees them, which is what `lsn data dump` writes:
 * pictures [N, C, H, W] (rank 4), which stand at every time step, or recordings [T, N, C, H, W] (rank 5), N from 1 on, all values
 * finite. C, H, W and T are those of lsn_network_describe(). Results of inference do not depend on which samples are together.
 *
 * Texts are UTF-8. Options are a JSON object: names of options of `lsn train` with underscores, values as text, number or truth:
 * {"epochs": 2, "learning_rate": 1e-3, "flip": false}. NULL is no options.
 *
 * Functions that return text take a buffer of `capacity` bytes. *length becomes the text's bytes without the closing 0; where
 * buffer is NULL or too small for both, LSN_TOO_SMALL is returned. length may be NULL.
 *
 * The first look at OpenCL names the cache folder of PoCL in the environment (POCL_CACHE_DIR), where it is not named yet. libOpenCL
 * is loaded then; where there is none, the reference backend is the only device.
 */
#ifndef LSN_H
#define LSN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a call ended. */
typedef int32_t lsn_status;
enum {
    LSN_OK = 0,
    LSN_FAILED = 1,    /* the job failed: the device, a file that cannot be written, a training that diverged */
    LSN_BAD_INPUT = 2, /* an argument, an option or a file cannot be used */
    LSN_NO_HANDLE = 3, /* the handle was freed, or never was */
    LSN_BUSY = 4,      /* another thread is in a call with this network, or this one is in its callback */
    LSN_TOO_SMALL = 5  /* the caller's memory has no room for the result */
};

/* A device that is open. */
typedef uint64_t lsn_device;
/* A network with its parameters on a device. */
typedef uint64_t lsn_network;

/* Hears what happens in a training, as a JSON object (see lsn_train); `context` is what the call was given. It is called on threads
 * of the library, one call at a time, while the caller waits; `event` is valid until it returns. Any result but 0 stops the training
 * before its next step, which is no error. It may train other networks, or wait for threads that do. */
typedef int32_t (*lsn_callback)(const char *event, void *context);

/* What a step of training came to. */
typedef struct {
    double loss;     /* mean over the samples, before the update */
    uint64_t correct; /* samples that were classified rightly, before the update */
    uint64_t step;   /* steps since lsn_network_optimize(), this one counted */
} lsn_step;

/* The version of the library, "MAJOR.MINOR.PATCH". Never fails; valid for ever. */
const char *lsn_version(void);
/* What went wrong in the last call of this thread; "" where nothing did. */
const char *lsn_message(void);
/* What the last call of this thread found worth knowing, a line each; "" where nothing was. */
const char *lsn_warning(void);

/* Every device: a JSON array, as `lsn devices --json` prints it, the reference backend last. */
lsn_status lsn_devices(char *buffer, size_t capacity, size_t *length);

/* Opens a device.
 *   name     "auto" (a GPU before a CPU, OpenCL before the reference), "reference", "opencl" or "opencl:PLATFORM:DEVICE"
 *   options  of the device: "numerics", "precision", "mapping", "matrix_units", "kernels", "no_winograd"
 *   device   becomes the handle; free it with lsn_device_free() */
lsn_status lsn_device_open(const char *name, const char *options, lsn_device *device);
/* A JSON object: "device", "name", "driver". */
lsn_status lsn_device_describe(lsn_device device, char *buffer, size_t capacity, size_t *length);
/* Frees a device. Networks on it stay. */
lsn_status lsn_device_free(lsn_device device);

/* Loads a network.
 *   checkpoint  a .safetensors file, a run's folder (its best checkpoint) or a name of `lsn models --pretrained`
 *   network     becomes the handle; free it with lsn_network_free() */
lsn_status lsn_network_load(lsn_device device, const char *checkpoint, lsn_network *network);
/* Makes a network with the parameters that training starts from.
 *   options   of the network ("model", "width", "timesteps", "neuron", …), and "seed"
 *   channels, height, width   C, H and W of a sample
 *   classes   logits */
lsn_status lsn_network_create(lsn_device device, const char *options, size_t channels, size_t height, size_t width,
                              size_t classes, lsn_network *network);
/* A JSON object: "model", "time_steps", "channels", "height", "width", "classes", "class_names", "parameters", "rates" (what
 * lsn_network_rates() counts, in its order), "layers" (of neurons, an array of "name", "channels", "height", "width"), "dataset" (as
 * which samples are prepared, where it is known). */
lsn_status lsn_network_describe(lsn_network network, char *buffer, size_t capacity, size_t *length);
/* Writes a checkpoint, which `lsn` reads, to the file `path`, replaced whole or not at all. */
lsn_status lsn_network_save(lsn_network network, const char *path);
/* Frees a network; waits for nobody: LSN_BUSY while another thread is in a call with it. */
lsn_status lsn_network_free(lsn_network network);

/* Logits [T, N, classes] of samples.
 *   x, shape, rank  the samples
 *   logits, count   memory for T·N·classes floats; count says how many there is room for */
lsn_status lsn_network_logits(lsn_network network, const float *x, const size_t *shape, size_t rank, float *logits,
                              size_t count);
/* Firing rates: the share of the values, over all samples and time steps, that are not 0; of every layer of neurons, then of what leaves
 * the stem and every block.
 *   rates, count  memory for as many doubles as "rates" of lsn_network_describe() has names */
lsn_status lsn_network_rates(lsn_network network, const float *x, const size_t *shape, size_t rank, double *rates,
                             size_t count);
/* Membrane potentials before firing, [T, N, C, H, W] of a layer, in units of the neuron's input: it fires where one is no less than
 * its threshold. Of neurons of several levels those of the first.
 *   layer              the name of one of "layers" of lsn_network_describe(), which has C, H and W
 *   potentials, count  memory for T·N·C·H·W floats */
lsn_status lsn_network_potentials(lsn_network network, const float *x, const size_t *shape, size_t rank, const char *layer,
                                  float *potentials, size_t count);

/* How single steps learn from here on: "optimizer", "loss", "weight_decay", "micro_batches", "label_smoothing", "freeze" and the like.
 * Moments start at 0, and steps at 1. Without it lsn_network_train_step() takes the defaults. */
lsn_status lsn_network_optimize(lsn_network network, const char *options);
/* One step: forward, loss, backward, update, with these samples. Random changes of pictures are the caller's.
 *   labels         N of them, below classes
 *   learning_rate  of this step, 0 or more
 *   result         what it came to; may be NULL */
lsn_status lsn_network_train_step(lsn_network network, const float *x, const size_t *shape, size_t rank,
                                  const uint32_t *labels, double learning_rate, lsn_step *result);
/* Trains on samples for epochs, in batches, from the network's parameters as they are; they end as the last step left them.
 *   x, shape, rank, labels                      to train on
 *   test_x, test_shape, test_rank, test_labels  evaluated after each epoch; NULL: those that train
 *   options   "epochs", "batch_size", "learning_rate", … of `lsn train`, but for those of network, data, device and folders
 *   callback  may be NULL
 *   buffer, capacity, length   text: a JSON object, "outcome" (finished, reached_max_steps, interrupted), "step", "last" (a record of the
 *             last epoch, where one ended). With LSN_TOO_SMALL the network has been trained all the same; 4096 bytes are
 *             always enough. */
lsn_status lsn_network_fit(lsn_network network, const float *x, const size_t *shape, size_t rank, const uint32_t *labels,
                           const float *test_x, const size_t *test_shape, size_t test_rank, const uint32_t *test_labels,
                           const char *options, lsn_callback callback, void *context, char *buffer, size_t capacity,
                           size_t *length);

/* `lsn train`: trains a network on a data set, in a run's folder.
 *   options   of `lsn train`, those of the device included, and "output", "resume", "config"
 *   callback  may be NULL. Events have a key "event": "loading" ("done" recordings of "total", while their frames are counted; where it
 *             is stopped, the others are counted when they are wanted), "started" ("folder", "model", "device", "step", "epoch"), "step"
 *             ("epoch", "epochs", "batch", "batches", "step", "loss", "accuracy", "images_per_second", "seconds_left"), "evaluating"
 *             ("done", "total"), "epoch" (the keys of a line of metrics.jsonl, "epochs", "is_best"), "saved" ("path", "step"), "tested"
 *             (the keys of test.json), "warning" ("message")
 *   buffer, capacity, length   text: a JSON object, "outcome", "step", "folder", "last". 65536 bytes are always enough. */
lsn_status lsn_train(const char *options, lsn_callback callback, void *context, char *buffer, size_t capacity,
                     size_t *length);

#ifdef __cplusplus
}
#endif

#endif
