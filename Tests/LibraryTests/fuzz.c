// Random calls of every function, half of them with something that cannot be, from two threads that share handles. Each must end in a
// known code, with a message where it failed. To run under valgrind.
// usage: fuzz FOLDER SEED CALLS   an empty folder
#include "check.h"
#include <pthread.h>

enum { HANDLES = 6, VALUES = 2 * 3 * 8 * 8 };

static const char *folder;
static lsn_device devices[HANDLES];
static lsn_network networks[HANDLES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long codes[6];

struct random {
    uint64_t state;
};

// xorshift64*
static uint64_t draw(struct random *random) {
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(0x2545F4914F6CDD1D) >> 16;
}

static size_t below(struct random *random, size_t count) { return draw(random) % count; }

#define ONE_OF(random, ...)                                                                                              \
    ((const char *[]){__VA_ARGS__})[below(random, sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *))]

// A handle that was given out, lately or long ago, or any number.
static uint64_t handle(struct random *random, const uint64_t *handles) {
    pthread_mutex_lock(&lock);
    uint64_t found = handles[below(random, HANDLES)];
    pthread_mutex_unlock(&lock);
    switch (below(random, 12)) {
    case 0: return draw(random);
    case 1: return found + (UINT64_C(1) << 32);
    default: return found;
    }
}

static void keep(struct random *random, uint64_t *handles, uint64_t handle) {
    pthread_mutex_lock(&lock);
    handles[below(random, HANDLES)] = handle;
    pthread_mutex_unlock(&lock);
}

static const char *network_options(struct random *random) {
    return ONE_OF(random, "{\"model\": \"lsn15\", \"width\": 0.01, \"timesteps\": 1, \"head\": \"fc\"}",
                  "{\"model\": \"lsn15\", \"width\": 0.01, \"timesteps\": 2, \"head\": \"fc\", \"seed\": 5}",
                  "{\"model\": \"spiking-resnet18\", \"width\": 0.01, \"timesteps\": 1, \"neuron\": \"plif\"}",
                  "{\"model\": \"lsn15\", \"width\": 1e9}", "{\"model\": \"lsn51\"}", "{\"widht\": 1}", "{\"width\": -1}", "{\"timesteps\": 0}",
                  "{\"seed\": -1}", "{\"epochs\": 1}", "{\"model\": \"/nowhere.yaml\"}", "{\"model\": {}}", "[]", "{", "", "{\"\": 1}",
                  "{\"width\": \"\\u0000\"}", "\xFF\xFE", NULL);
}

static const char *learning_options(struct random *random) {
    return ONE_OF(random, "{\"epochs\": 1, \"batch_size\": 2}", "{\"epochs\": 2, \"batch_size\": 1}",
                  "{\"epochs\": 1, \"val_split\": 0.5, \"optimizer\": \"sgd\"}", "{\"epochs\": 1, \"micro_batches\": 2, \"loss\": \"tet\"}",
                  "{\"loss\": \"mpd\", \"epochs\": 1}", "{\"freeze\": [\"stem\", \"head\"], \"epochs\": 1}", "{\"freeze\": \"nowhere\"}", "{\"epochs\": 0}",
                  "{\"learning_rate\": 1e30, \"epochs\": 1}", "{\"learning_rate\": \"nan\"}", "{\"device\": \"reference\"}", "{\"shift\": 2}",
                  "{\"optimizer\": \"lion\"}", "{\"memory\": \"lean\", \"epochs\": 1}", "{\"max_steps\": 1}", "{\"val_split\": 1}", "{\"epochs\": null}",
                  "{\"epochs\": true}", "null", "{\"epochs\":", NULL);
}

static int32_t listen(const char *event, void *context) {
    struct random *random = context;
    CHECK(event[0] == '{');
    lsn_network network = handle(random, networks);
    double rates[1];
    // Calls from within are refused, or are of another network.
    lsn_network_rates(network, NULL, NULL, 0, rates, 1);
    return below(random, 3) == 0;
}

struct samples {
    const float *x;
    size_t shape[6];
    const size_t *given_shape;
    size_t rank;
    const uint32_t *labels;
};

static void draw_samples(struct random *random, struct samples *samples, float *x, uint32_t *labels) {
    const size_t n = 1 + below(random, 3);
    const size_t pictures[] = {n, 1, 8, 8}, recordings[] = {2, n, 1, 8, 8};
    samples->rank = below(random, 4) ? 4 : 5;
    memcpy(samples->shape, samples->rank == 4 ? pictures : recordings, samples->rank * sizeof(size_t));
    for (int i = 0; i < VALUES; i++) x[i] = (float)below(random, 2001) / 500 - 2;
    for (int i = 0; i < 3; i++) labels[i] = (uint32_t)below(random, 3);
    samples->x = x;
    samples->labels = labels;
    samples->given_shape = samples->shape;
    switch (below(random, 12)) {
    case 0: samples->x = NULL; break;
    case 1: samples->labels = NULL; break;
    case 2: samples->given_shape = NULL; break;
    case 3: samples->rank = draw(random); break;
    case 4: samples->shape[below(random, samples->rank)] = below(random, 2) ? draw(random) : 0; break;
    case 5: samples->shape[0] = SIZE_MAX >> below(random, 64); break;
    case 6: labels[0] = (uint32_t)draw(random); break;
    case 7: x[0] = below(random, 2) ? 0.0f / 0.0f : 1.0f / 0.0f; break;
    case 8: x[0] = 3e38f; break;
    default: break;
    }
    // What is said to be there is there.
    size_t size = 1;
    if (samples->rank == 4 || samples->rank == 5)
        for (size_t i = 0; i < samples->rank && size <= VALUES; i++) size *= samples->shape[i] > VALUES ? VALUES + 1 : samples->shape[i];
    if (size > VALUES) {
        samples->x = NULL;
        samples->labels = NULL;
    }
}

static void note(lsn_status status) {
    CHECK(status >= LSN_OK && status <= LSN_TOO_SMALL);
    CHECK((status == LSN_OK) == (strlen(lsn_message()) == 0));
    pthread_mutex_lock(&lock);
    codes[status]++;
    pthread_mutex_unlock(&lock);
}

static void call(struct random *random) {
    static const size_t room[] = {0, 1, 7, 4096};
    char text[4096], path[4200];
    size_t length;
    float *x = malloc(VALUES * sizeof *x);
    uint32_t labels[3];
    // As large as is said, so that a byte more is seen.
    const size_t count = ((const size_t[]){0, 3, 36, 6 * 64 * 64})[below(random, 4)];
    float *floats = malloc(count * sizeof *floats + 1);
    double *doubles = malloc(count * sizeof *doubles + 1);
    struct samples samples;
    draw_samples(random, &samples, x, labels);
    const size_t capacity = room[below(random, 4)];
    char *buffer = below(random, 8) ? text : NULL;
    uint64_t made = 0;
    lsn_step step;

    switch (below(random, 16)) {
    case 0:
        note(lsn_device_open(ONE_OF(random, "reference", "reference", "reference", "opencl:99:0", "gpu", "", "\xC3", NULL),
                             ONE_OF(random, NULL, "{}", "{\"precision\": \"high\"}", "{\"numerics\": \"wrong\"}", "{\"device\": \"auto\"}", "[1]"),
                             below(random, 9) ? &made : NULL));
        if (made) keep(random, devices, made);
        break;
    case 1: note(lsn_device_describe(handle(random, devices), buffer, capacity, below(random, 2) ? &length : NULL)); break;
    case 2:
        if (below(random, 16) == 0) note(lsn_device_free(handle(random, devices)));
        break;
    case 3:
        note(lsn_network_create(handle(random, devices), network_options(random), below(random, 9) ? 1 : draw(random),
                                below(random, 9) ? 8 : draw(random), 8, below(random, 9) ? 3 : draw(random),
                                below(random, 9) ? &made : NULL));
        if (made) keep(random, networks, made);
        break;
    case 4:
        snprintf(path, sizeof path, "%s/%zu.safetensors", folder, below(random, 3));
        note(lsn_network_save(handle(random, networks), below(random, 9) ? path : ONE_OF(random, NULL, "", "/nowhere/x", "/dev/full")));
        if (below(random, 3) == 0) {
            // A file that is damaged, or not whole.
            FILE *file = fopen(path, "r+b");
            if (file) {
                fseek(file, (long)below(random, 3000), SEEK_SET);
                fputc((int)below(random, 256), file);
                fclose(file);
            }
        }
        break;
    case 5:
        snprintf(path, sizeof path, "%s/%zu.safetensors", folder, below(random, 4));
        note(lsn_network_load(handle(random, devices), below(random, 6) ? path : ONE_OF(random, NULL, "", folder, "lsn19-digit"),
                              below(random, 9) ? &made : NULL));
        if (made) keep(random, networks, made);
        break;
    case 6:
        if (below(random, 16) == 0) note(lsn_network_free(handle(random, networks)));
        break;
    case 7: note(lsn_network_describe(handle(random, networks), buffer, capacity, &length)); break;
    case 8:
    case 9:
        note(lsn_network_logits(handle(random, networks), samples.x, samples.given_shape, samples.rank, below(random, 9) ? floats : NULL, count));
        break;
    case 10:
        note(lsn_network_rates(handle(random, networks), samples.x, samples.given_shape, samples.rank, below(random, 9) ? doubles : NULL, count));
        break;
    case 11:
        note(lsn_network_potentials(handle(random, networks), samples.x, samples.given_shape, samples.rank,
                                    ONE_OF(random, "stem.neuron", "head.neuron", "stages.0.0.excitatory.0.neuron", "stem", "", NULL),
                                    below(random, 9) ? floats : NULL, count));
        break;
    case 12: note(lsn_network_optimize(handle(random, networks), learning_options(random))); break;
    case 13:
        note(lsn_network_train_step(handle(random, networks), samples.x, samples.given_shape, samples.rank, samples.labels,
                                    below(random, 9) ? 1e-3 : (double)draw(random) - 1e15, below(random, 2) ? &step : NULL));
        break;
    case 14:
        note(lsn_network_fit(handle(random, networks), samples.x, samples.given_shape, samples.rank, samples.labels,
                             below(random, 4) ? NULL : samples.x, samples.given_shape, samples.rank,
                             below(random, 4) ? NULL : samples.labels, learning_options(random), below(random, 3) ? listen : NULL, random,
                             buffer, capacity, &length));
        break;
    case 15:
        note(lsn_train(ONE_OF(random, "{\"epochs\": 0}", "{\"dataset\": \"cifar10\"}", "{\"dataset\": \"cifar10\", \"data\": \"/nowhere\"}",
                              "{\"resume\": \"/nowhere\"}", "{\"config\": \"/nowhere\"}", "{\"epocs\": 1}", "{\"dry_run\": true}", "{\"model\": \"lsn51\"}", "7"),
                       NULL, NULL, buffer, capacity, &length));
        break;
    }
    free(x);
    free(floats);
    free(doubles);
}

struct work {
    struct random random;
    long calls;
};

static void *run(void *argument) {
    struct work *work = argument;
    for (long i = 0; i < work->calls; i++) call(&work->random);
    return NULL;
}

int main(int count, char **arguments) {
    CHECK(count == 4);
    folder = arguments[1];
    const uint64_t seed = strtoull(arguments[2], NULL, 10);
    const long calls = strtol(arguments[3], NULL, 10);
    for (int i = 0; i < HANDLES; i++) {
        CHECK(lsn_device_open("reference", NULL, &devices[i]) == LSN_OK);
        CHECK(lsn_network_create(devices[i], "{\"model\": \"lsn15\", \"width\": 0.01, \"timesteps\": 2, \"head\": \"fc\"}", 1, 8, 8, 3,
                                 &networks[i]) == LSN_OK);
    }
    struct work work[2];
    pthread_t threads[2];
    for (uint64_t i = 0; i < 2; i++) {
        work[i] = (struct work){{seed * 1000003 + i + 1}, calls / 2};
        CHECK(pthread_create(&threads[i], NULL, run, &work[i]) == 0);
    }
    for (int i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    printf("%ld calls: %ld good, %ld failed, %ld bad input, %ld no handle, %ld busy, %ld too small\n", calls, codes[LSN_OK],
           codes[LSN_FAILED], codes[LSN_BAD_INPUT], codes[LSN_NO_HANDLE], codes[LSN_BUSY], codes[LSN_TOO_SMALL]);
    CHECK(codes[LSN_OK] > 0 && codes[LSN_BAD_INPUT] > 0);
    return 0;
}
