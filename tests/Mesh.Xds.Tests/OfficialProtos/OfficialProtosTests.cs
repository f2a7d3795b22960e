namespace Mesh.Xds.Tests.OfficialProtos;

public sealed class OfficialProtosTests
{
    private static CancellationToken Deadline => CancellationTokenSource
        .CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token).Token;

    [Fact]
    public async Task Compare_OurProtos_NoMismatch()
    {
        var comparison = await ProtoComparison.RunAsync(ProtoComparison.OurProtos, Deadline);

        Assert.True(comparison is { ExitCode: 0, Mismatches: 0 }, comparison.Output);
        Assert.True(comparison is { Messages: > 100, Fields: > 400 }, comparison.Output);
    }

    [Theory]
    [InlineData("envoy/config/route/v3/route_components.proto", "  string prefix_rewrite = 5;\n  oneof host", "  string prefix_rewrite = 50;\n  oneof host", "RouteAction.prefix_rewrite: number is 50, official 5")]
    [InlineData("envoy/config/cluster/v3/cluster.proto", "string alt_stat_name = 28", "bytes alt_stat_name = 28", "Cluster.alt_stat_name: type is bytes, official string")]
    [InlineData("envoy/config/cluster/v3/cluster.proto", "string alt_stat_name = 28", "repeated string alt_stat_name = 28", "Cluster.alt_stat_name: label is repeated, official single")]
    [InlineData("envoy/config/cluster/v3/cluster.proto", "LEAST_REQUEST = 1", "LEAST_REQUEST = 9", "LbPolicy.LEAST_REQUEST: is 9, official 1")]
    [InlineData("envoy/config/core/v3/address.proto", "oneof port_specifier", "oneof port", "SocketAddress.port_value: oneof is port, official port_specifier")]
    [InlineData("envoy/config/core/v3/base.proto", "string sub_zone = 3", "string subzone = 3", "Locality.subzone: no such field")]
    public async Task Compare_ChangedCopy_NamesTheMismatch(string file, string from, string to, string expected)
    {
        var copy = Directory.CreateTempSubdirectory("mesh-protos-");
        try
        {
            foreach (var source in Directory.EnumerateFiles(ProtoComparison.OurProtos, "*.proto", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy.FullName, Path.GetRelativePath(ProtoComparison.OurProtos, source));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target);
            }

            var changed = Path.Combine(copy.FullName, file);
            var text = await File.ReadAllTextAsync(changed, Deadline);
            Assert.Contains(from, text);
            await File.WriteAllTextAsync(changed, text.Replace(from, to), Deadline);

            var comparison = await ProtoComparison.RunAsync(copy.FullName, Deadline);

            Assert.Equal(1, comparison.ExitCode);
            Assert.True(comparison.Mismatches >= 1);
            Assert.Contains(expected, comparison.Output);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }
}
