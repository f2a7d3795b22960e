using Mesh.ControlPlane.Store;
using Mesh.Model.Policies.Timeout;

namespace Mesh.ControlPlane.Tests.Store;

public sealed class StoredConfigurationTests
{
    [Fact]
    public void Merge_SameNameEverywhere_ApiBeatsLaterSourceBeatsEarlier()
    {
        var merged = StoredConfiguration.Merge(
            [File("apphost", "a.yaml", Documents.Timeout("calm", "orders", "1s")), File("policies", "b.yaml", Documents.Timeout("calm", "orders", "2s"))],
            File("x", "x.yaml", Documents.Timeout("calm", "orders", "3s")).Resources);

        Assert.Equal(TimeSpan.FromSeconds(3), Assert.IsType<TimeoutPolicy>(Assert.Single(merged.InForce)).To[0].Default.Request);
        Assert.Equal([("api", null), ("apphost", "policies"), ("policies", "api")], merged.Resources.Select(r => (r.Source, r.ShadowedBy)).Order());
    }

    [Fact]
    public void Merge_SameNameTwiceInOneSource_FirstFileCountsAndTheOtherIsTold()
    {
        var merged = StoredConfiguration.Merge(
            [File("policies", "a.yaml", Documents.Timeout("calm", "orders", "1s")), File("policies", "b.yaml", Documents.Timeout("calm", "orders", "2s"))],
            []);

        Assert.Equal(TimeSpan.FromSeconds(1), Assert.IsType<TimeoutPolicy>(Assert.Single(merged.InForce)).To[0].Default.Request);
        Assert.Contains("policies/a.yaml", Assert.Single(merged.Entries[1].Violations).Message, StringComparison.Ordinal);
    }

    private static SourceEntry File(string source, string path, string text)
    {
        var file = SourceReader.Read(new SourceText(source, path, text), [], DateTimeOffset.UnixEpoch);
        Assert.True(file.IsGood, string.Join('\n', file.Violations));
        return file;
    }
}
