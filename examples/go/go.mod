module libsst.example/sst

go 1.19
