import LSNFileFormats

/// CIFAR-100: pictures as CIFAR-10's with two labels, a coarse and a fine one. Source: the data set's page, and the names in
/// the archive of its binary version.
enum CIFAR100 {
    /// Names of the 20 coarse labels.
    static let coarseNames = [
        "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
        "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
        "large_man-made_outdoor_things", "large_natural_outdoor_scenes", "large_omnivores_and_herbivores",
        "medium_mammals", "non-insect_invertebrates", "people", "reptiles", "small_mammals", "trees", "vehicles_1",
        "vehicles_2",
    ]

    /// Names of the 100 fine labels.
    static let fineNames = [
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl",
        "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee",
        "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant",
        "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower",
        "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom",
        "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate",
        "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark",
        "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower",
        "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train", "trout", "tulip",
        "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
    ]

    /// The folder in which the binary version is unpacked.
    static let folder = "cifar-100-binary"

    /// Its records, of which the fine label counts, or the coarse one.
    static func records(isCoarse: Bool) -> CIFARBinary {
        CIFARBinary(title: "CIFAR-100", classes: [20, 100], label: isCoarse ? 0 : 1, other: "CIFAR-10")
    }
}

extension ImageDataset {
    /// CIFAR-100 from the two files in `directory`, or in a folder `cifar-100-binary` there.
    static func cifar100(_ name: DatasetName, in directory: String) throws(DatasetError) -> ImageDataset {
        try cifar(
            name,
            CIFAR100.records(isCoarse: name == .cifar100Coarse),
            train: ["train.bin"],
            test: "test.bin",
            inner: CIFAR100.folder,
            in: directory
        )
    }
}
