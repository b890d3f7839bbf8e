// Every function on a small network of the reference backend, once: to run under valgrind.
// usage: reference-step FOLDER   an empty folder
#include "check.h"

static int32_t stop(const char *event, void *context) {
    CHECK(strstr(event, "\"event\":"));
    (*(int *)context)++;
    return 1;
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    lsn_device device, same;
    lsn_network network, loaded;
    char text[65536], path[4096];
    size_t length;
    CHECK(lsn_device_open("reference", "{\"numerics\": \"portable\"}", &device) == LSN_OK);
    CHECK(lsn_device_open("reference", NULL, &same) == LSN_OK && same != device);
    CHECK(lsn_device_describe(device, text, sizeof text, &length) == LSN_OK && length == strlen(text));
    CHECK(lsn_network_create(device, "{\"model\": \"lsn15\", \"width\": 0.01, \"timesteps\": 2, \"head\": \"fc\", \"seed\": 7}", 1, 8,
                             8, 3, &network) == LSN_OK);
    CHECK(lsn_network_describe(network, text, sizeof text, NULL) == LSN_OK && strstr(text, "\"time_steps\":2"));
    CHECK(strstr(text, "\"name\":\"stem.neuron\""));

    enum { N = 2, SIZE = 2 * N * 8 * 8 };
    float x[SIZE], logits[2 * N * 3], again[2 * N * 3];
    for (int i = 0; i < SIZE; i++) x[i] = (float)(i * 37 % 101) / 50 - 1;
    const uint32_t labels[N] = {0, 2};
    const size_t pictures[] = {N, 1, 8, 8}, recordings[] = {2, N, 1, 8, 8};
    CHECK(lsn_network_logits(network, x, pictures, 4, logits, 12) == LSN_OK);
    CHECK(lsn_network_logits(network, x, recordings, 5, again, 12) == LSN_OK);
    double rates[256];
    CHECK(lsn_network_rates(network, x, pictures, 4, rates, 256) == LSN_OK && rates[0] >= 0 && rates[0] <= 1);
    // Pointers are looked at before memory is taken for what the shape says.
    const size_t huge[] = {(size_t)1 << 33, 1, 8, 8};
    CHECK(lsn_network_rates(network, NULL, huge, 4, rates, 256) == LSN_BAD_INPUT && strstr(lsn_message(), "x is NULL"));
    CHECK(lsn_network_train_step(network, NULL, huge, 4, labels, 1e-2, NULL) == LSN_BAD_INPUT && strstr(lsn_message(), "x is NULL"));
    float *potentials = malloc(2 * N * 8 * 8 * 64 * sizeof *potentials);
    CHECK(lsn_network_potentials(network, x, pictures, 4, "stem.neuron", potentials, 2 * N * 8 * 8 * 64) == LSN_OK);
    lsn_step step;
    CHECK(lsn_network_train_step(network, x, pictures, 4, labels, 1e-2, &step) == LSN_OK && step.step == 1);
    int events = 0;
    CHECK(lsn_network_fit(network, x, pictures, 4, labels, NULL, NULL, 0, NULL, "{\"epochs\": 1, \"batch_size\": 2}", stop, &events,
                          text, sizeof text, NULL) == LSN_OK);
    CHECK(events >= 1 && strstr(text, "\"outcome\":\"interrupted\""));

    snprintf(path, sizeof path, "%s/small.safetensors", arguments[1]);
    CHECK(lsn_network_save(network, path) == LSN_OK && lsn_network_load(device, path, &loaded) == LSN_OK);
    CHECK(lsn_network_logits(network, x, pictures, 4, logits, 12) == LSN_OK);
    CHECK(lsn_network_logits(loaded, x, pictures, 4, again, 12) == LSN_OK);
    CHECK(memcmp(logits, again, sizeof logits) == 0);

    CHECK(lsn_device_free(device) == LSN_OK && lsn_device_free(device) == LSN_NO_HANDLE);
    CHECK(lsn_network_logits(loaded, x, pictures, 4, again, 12) == LSN_OK);
    CHECK(lsn_network_free(network) == LSN_OK && lsn_network_free(loaded) == LSN_OK && lsn_device_free(same) == LSN_OK);
    CHECK(lsn_network_logits(loaded, x, pictures, 4, again, 12) == LSN_NO_HANDLE && strlen(lsn_message()) > 0);
    free(potentials);
    return 0;
}
