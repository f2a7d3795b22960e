using Mesh.ControlPlane.Store;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Model.Policies.Timeout;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;
using Mesh.Yaml;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.ControlPlane.Tests.Store;

public sealed class AppliedPoliciesTests : IDisposable
{
    private static readonly ResourceKey Calm = new("Timeout", "default", "calm");

    private readonly TemporaryDirectory _directory = new();

    private string JournalFile => Path.Combine(_directory.Path, "policies.jsonl");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_ThenRestart_IsStillThereWithItsHistory()
    {
        using (var policies = Open())
        {
            policies.Write("admin", "apply", [Change("5s")]);
            policies.Write("admin", "apply", [Change("6s")]);
        }

        using var again = Open();
        Assert.Equal(TimeSpan.FromSeconds(6), Request(again));
        Assert.Equal([1, 2], again.History(Calm).Select(v => v.Version));
        Assert.Equal(3, Assert.Single(again.Write("admin", "apply", [Change("7s")])).Version);
    }

    [Fact]
    public void Undo_SeveralTimes_WalksBackToNothing()
    {
        using var policies = Open();
        policies.Write("admin", "apply", [Change("5s")]);
        policies.Write("admin", "apply", [Change("6s")]);

        Undo(policies);
        Assert.Equal(TimeSpan.FromSeconds(5), Request(policies));
        Undo(policies);
        Assert.Empty(policies.Resources);
        Assert.Null(policies.FindUndo(Calm));
    }

    [Fact]
    public void Undo_OfADelete_BringsThePolicyBack()
    {
        using var policies = Open();
        policies.Write("admin", "apply", [Change("5s")]);
        policies.Write("admin", "delete", [new PolicyChange(Calm, null)]);
        Assert.Empty(policies.Resources);

        Undo(policies);

        Assert.Equal(TimeSpan.FromSeconds(5), Request(policies));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Open_HalfALineAtTheEnd_DropsItAndGoesOn(int cut)
    {
        using (var policies = Open())
        {
            policies.Write("admin", "apply", [Change("5s")]);
            policies.Write("admin", "apply", [Change("6s")]);
        }

        var bytes = File.ReadAllBytes(JournalFile);
        File.WriteAllBytes(JournalFile, bytes[..^(cut + 1)]);

        using (var again = Open())
        {
            Assert.Equal(TimeSpan.FromSeconds(5), Request(again));
            again.Write("admin", "apply", [Change("7s")]);
        }

        using var last = Open();
        Assert.Equal(TimeSpan.FromSeconds(7), Request(last));
    }

    [Fact]
    public void Open_LongHistory_IsCompactedAndUndoable()
    {
        using (var policies = Open())
        {
            for (var i = 1; i <= 60; i++)
            {
                policies.Write("admin", "apply", [Change($"{i}s")]);
            }
        }

        using var again = Open();
        Assert.Equal(50, again.History(Calm).Count);
        Undo(again);
        Assert.Equal(TimeSpan.FromSeconds(59), Request(again));
    }

    [Fact]
    public void Undo_PastTheOldestVersionThatIsKept_IsNothingAndThePolicyStays()
    {
        using (var policies = Open())
        {
            for (var i = 1; i <= 60; i++)
            {
                policies.Write("admin", "apply", [Change($"{i}s")]);
            }
        }

        using var again = Open();
        for (var i = 0; i < 49; i++)
        {
            Undo(again);
        }

        Assert.Equal(TimeSpan.FromSeconds(11), Request(again));
        Assert.Null(again.FindUndo(Calm));
    }

    private static TimeSpan? Request(AppliedPolicies policies) => Assert.IsType<TimeoutPolicy>(Assert.Single(policies.Resources)).To[0].Default.Request;

    private static void Undo(AppliedPolicies policies) => policies.Write("admin", "undo", [policies.FindUndo(Calm)!]);

    private static PolicyChange Change(string request) =>
        new(Calm, JsonDocumentWriter.Write(DocumentReader.ReadYaml(Documents.Timeout("calm", "orders", request), "test").Documents[0].Root));

    private AppliedPolicies Open() => new(new StateDirectory(_directory.Path), new FakeTimeProvider(), NullLogger<AppliedPolicies>.Instance);
}
