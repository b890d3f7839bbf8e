// Trains the digits for an epoch in each of two threads at once, then alone, and compares bits; compares logits with the program's.
// usage: train-digits FOLDER DIGITS.npy LOGITS.npy   an empty folder; 200 digits of lsn data dump, and logits of lsn eval for them
#include "check.h"
#include <pthread.h>

enum { DIGITS = 200, STEPS = 4, CLASSES = 10, LOGITS = STEPS * DIGITS * CLASSES, TRAINED = 20 };

static float *digits;
static lsn_device device;

struct job {
    char folder[4096];
    double accuracy;
    int epochs;
    float logits[2][LOGITS];
    double losses[5];
};

static int32_t listen(const char *event, void *context) {
    struct job *job = context;
    const char *accuracy = strstr(event, "\"test_accuracy\":");
    if (strstr(event, "\"event\":\"epoch\"") && accuracy) {
        job->accuracy = atof(accuracy + strlen("\"test_accuracy\":"));
        job->epochs++;
    }
    return 0;
}

// An epoch of `lsn train`, the logits of its network, then a few steps more, and logits again.
static void *run(void *argument) {
    struct job *job = argument;
    char options[5000], result[65536];
    snprintf(options, sizeof options,
             "{\"epochs\": 1, \"model\": \"lsn15\", \"width\": 0.0625, \"timesteps\": 4, \"limit_test\": 200, \"seed\": 3, \"output\": \"%s\"}",
             job->folder);
    CHECK(lsn_train(options, listen, job, result, sizeof result, NULL) == LSN_OK);
    CHECK(strstr(result, "\"outcome\":\"finished\"") && job->epochs == 1);

    lsn_network network;
    const size_t shape[] = {DIGITS, 1, 28, 28}, trained[] = {TRAINED, 1, 28, 28};
    CHECK(lsn_network_load(device, job->folder, &network) == LSN_OK);
    CHECK(lsn_network_logits(network, digits, shape, 4, job->logits[0], LOGITS) == LSN_OK);
    uint32_t labels[TRAINED];
    for (int i = 0; i < TRAINED; i++) labels[i] = i % CLASSES;
    CHECK(lsn_network_optimize(network, "{\"optimizer\": \"adamw\", \"micro_batches\": 2}") == LSN_OK);
    for (int i = 0; i < 5; i++) {
        lsn_step step;
        CHECK(lsn_network_train_step(network, digits, trained, 4, labels, 1e-3, &step) == LSN_OK);
        CHECK(step.step == (uint64_t)i + 1 && step.correct <= TRAINED);
        job->losses[i] = step.loss;
    }
    CHECK(lsn_network_logits(network, digits, shape, 4, job->logits[1], LOGITS) == LSN_OK);
    CHECK(lsn_network_free(network) == LSN_OK);
    CHECK(lsn_network_free(network) == LSN_NO_HANDLE);
    return NULL;
}

int main(int count, char **arguments) {
    CHECK(count == 4);
    digits = read_array(arguments[2], (size_t)DIGITS * 28 * 28);
    CHECK(lsn_device_open("opencl", NULL, &device) == LSN_OK);

    float *expected = read_array(arguments[3], LOGITS);
    float *found = malloc(LOGITS * sizeof *found);
    const size_t shape[] = {DIGITS, 1, 28, 28};
    lsn_network network;
    CHECK(lsn_network_load(device, "lsn19-digits", &network) == LSN_OK);
    CHECK(lsn_network_logits(network, digits, shape, 4, found, LOGITS) == LSN_OK);
    CHECK(memcmp(expected, found, LOGITS * sizeof *found) == 0);
    CHECK(lsn_network_free(network) == LSN_OK);

    static struct job jobs[3];
    pthread_t threads[2];
    for (int i = 0; i < 3; i++) snprintf(jobs[i].folder, sizeof jobs[i].folder, "%s/run-%d", arguments[1], i);
    for (int i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], NULL, run, &jobs[i]) == 0);
    for (int i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    run(&jobs[2]);
    for (int i = 0; i < 2; i++) {
        CHECK(memcmp(jobs[i].logits, jobs[2].logits, sizeof jobs[i].logits) == 0);
        CHECK(memcmp(jobs[i].losses, jobs[2].losses, sizeof jobs[i].losses) == 0);
    }
    CHECK(memcmp(jobs[2].logits[0], jobs[2].logits[1], sizeof jobs[2].logits[0]) != 0);
    printf("accuracy %.4f after an epoch, loss %.4f, then %.4f\n", jobs[2].accuracy, jobs[2].losses[0], jobs[2].losses[4]);
    CHECK(jobs[2].accuracy >= 0.5);
    CHECK(jobs[2].losses[4] < jobs[2].losses[0]);
    CHECK(lsn_device_free(device) == LSN_OK);
    free(digits);
    free(expected);
    free(found);
    return 0;
}
