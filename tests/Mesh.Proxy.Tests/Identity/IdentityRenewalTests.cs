using System.Diagnostics;
using Mesh.Model.Identity;
using Mesh.Proxy.Bootstrap;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests.Identity;

public sealed class IdentityRenewalTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly TemporaryDirectory _state = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeAuthority _authority;
    private readonly List<Rig> _rigs = [];

    public IdentityRenewalTests() => _authority = new FakeAuthority(Some.Settings(_state.Path).Id, _time);

    [Fact]
    public async Task Start_NothingKept_AsksWithTheToken()
    {
        var rig = await StartAsync();

        await rig.UntilAsync(identity => identity.Current is not null);

        var call = await _authority.NextCallAsync();
        Assert.Null(call.Svid);
        Assert.Equal("the-token", call.Token);
        Assert.Equal(1, rig.Identity.Current!.Generation);
        Assert.Equal(TimeSpan.FromHours(1), rig.Identity.Remaining);
    }

    [Fact]
    public async Task Start_TokenFile_IsReadEachTime()
    {
        var file = Path.Combine(_state.Path, "token");
        await File.WriteAllTextAsync(file, "first\n", TestContext.Current.CancellationToken);
        _authority.Before = call =>
        {
            if (call.Token == "first")
            {
                File.WriteAllText(file, "second\n");
                throw new SvidRefusedException("expired");
            }
        };
        var rig = await StartAsync(settings => settings with { Token = null, TokenFile = file });

        await rig.UntilAsync(identity => identity.Current is not null, advance: TimeSpan.FromMilliseconds(100));

        Assert.Equal("first", (await _authority.NextCallAsync()).Token);
        Assert.Equal("second", (await _authority.NextCallAsync()).Token);
    }

    [Fact]
    public async Task HalfLife_LiveSvid_RenewsWithItAndANewKey()
    {
        var rig = await StartAsync();
        await rig.UntilAsync(identity => identity.Current is not null);
        await _authority.NextCallAsync();
        var first = rig.Identity.Current!;

        await rig.AdvanceAsync(TimeSpan.FromMinutes(23));
        Assert.False(_authority.HasCall);
        await rig.UntilAsync(identity => identity.Current!.Generation == 2, advance: TimeSpan.FromSeconds(30), atMost: 15);

        var call = await _authority.NextCallAsync();
        Assert.Same(first, call.Svid);
        Assert.Null(call.Token);
        Assert.NotEqual(
            first.CertificateContext.TargetCertificate.GetPublicKeyString(),
            rig.Identity.Current!.CertificateContext.TargetCertificate.GetPublicKeyString());
    }

    [Fact]
    public async Task HalfLife_SvidRefused_TriesTheToken()
    {
        var rig = await StartAsync();
        await rig.UntilAsync(identity => identity.Current is not null);
        await _authority.NextCallAsync();
        _authority.Before = call =>
        {
            if (call.Svid is not null)
            {
                throw new SvidRefusedException("roots were replaced");
            }
        };

        await rig.UntilAsync(identity => identity.Current!.Generation == 2, advance: TimeSpan.FromMinutes(1));

        Assert.NotNull((await _authority.NextCallAsync()).Svid);
        Assert.Equal("the-token", (await _authority.NextCallAsync()).Token);
    }

    [Fact]
    public async Task ControlPlaneAway_SvidRunsOut_CurrentBecomesNullAndSaysSo()
    {
        var rig = await StartAsync();
        await rig.UntilAsync(identity => identity.Current is not null);
        _authority.Before = _ => throw new AuthorityUnreachableException("down");
        var ended = new TaskCompletionSource();
        rig.Identity.Changed += () =>
        {
            if (rig.Identity.Current is null)
            {
                ended.TrySetResult();
            }
        };

        await rig.UntilAsync(identity => identity.Current is null, advance: TimeSpan.FromSeconds(20), atMost: 200);
        await rig.AdvanceUntilAsync(() => ended.Task.IsCompleted, TimeSpan.FromSeconds(1), atMost: 1);

        Assert.NotNull(rig.Identity.Latest);
        Assert.Equal(TimeSpan.Zero, rig.Identity.Remaining);

        _authority.Before = null;
        await rig.UntilAsync(identity => identity.Current is not null, advance: TimeSpan.FromMilliseconds(500), atMost: 10);
    }

    [Fact]
    public async Task TimeLost_LongBeforeHalfLife_RenewsAtOnce()
    {
        var rig = await StartAsync();
        await rig.UntilAsync(identity => identity.Current is not null);
        await _authority.NextCallAsync();

        _time.Advance(TimeSpan.FromMinutes(5)); // one leap: the process did not run in between

        await rig.UntilAsync(identity => identity.Current!.Generation == 2);
        Assert.NotNull((await _authority.NextCallAsync()).Svid);
    }

    [Fact]
    public async Task TimeLost_BeyondTheEnd_RenewsWithTheToken()
    {
        var rig = await StartAsync();
        await rig.UntilAsync(identity => identity.Current is not null);
        await _authority.NextCallAsync();

        _time.Advance(TimeSpan.FromHours(9));

        await rig.UntilAsync(identity => identity.Current is { Generation: >= 2 });
        Assert.Equal("the-token", (await _authority.NextCallAsync()).Token);
    }

    [Fact]
    public async Task Restart_KeptSvidStillValid_IsUsedWithoutTheControlPlane()
    {
        var first = await StartAsync();
        await first.UntilAsync(identity => identity.Current is not null);
        await _authority.NextCallAsync();
        await first.DisposeAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        _authority.Before = _ => throw new AuthorityUnreachableException("down");

        var second = await StartAsync();

        Assert.Equal(TimeSpan.FromMinutes(50), second.Identity.Remaining);
        Assert.Equal(first.Identity.Latest!.CertificateContext.TargetCertificate.SerialNumber, second.Identity.Current!.CertificateContext.TargetCertificate.SerialNumber);
        Assert.True(second.Identity.Current.CertificateContext.TargetCertificate.HasPrivateKey);
        Assert.False(_authority.HasCall);
    }

    [Fact]
    public async Task Restart_KeptSvidExpired_AsksForANewOne()
    {
        var first = await StartAsync();
        await first.UntilAsync(identity => identity.Current is not null);
        await _authority.NextCallAsync();
        await first.DisposeAsync();
        _time.Advance(TimeSpan.FromHours(2));

        var second = await StartAsync();
        await second.UntilAsync(identity => identity.Current is not null);

        Assert.Equal("the-token", (await _authority.NextCallAsync()).Token);
    }

    [Fact]
    public async Task Restart_KeptSvidOfAnotherService_IsNotUsed()
    {
        var first = await StartAsync();
        await first.UntilAsync(identity => identity.Current is not null);
        await first.DisposeAsync();

        var other = Some.Settings(_state.Path, "default/stock");
        _authority.Id = other.Id;
        var second = await StartAsync(_ => other);
        await second.UntilAsync(identity => identity.Current is not null);

        Assert.Equal(other.Id, second.Identity.Current!.Id);
    }

    [Fact]
    public async Task Restart_FilesAreGarbage_AsksForANewOne()
    {
        await File.WriteAllTextAsync(Path.Combine(_state.Path, SvidStore.SvidFile), "garbage", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_state.Path, SvidStore.BundleFile), "garbage", TestContext.Current.CancellationToken);

        var rig = await StartAsync();

        await rig.UntilAsync(identity => identity.Current is not null);
    }

    [Fact]
    public async Task Kept_Files_AreClosedToOthers()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var rig = await StartAsync();
        await rig.UntilAsync(identity => identity.Current is not null);

        Assert.All(
            [SvidStore.SvidFile, SvidStore.BundleFile],
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_state.Path, file))));
    }

    [Fact]
    public async Task Signed_ForAnotherService_IsNotUsed()
    {
        _authority.Id = SpiffeId.Parse("spiffe://shop.local/ns/default/sa/admin");
        var rig = await StartAsync();

        await _authority.NextCallAsync();
        await rig.AdvanceUntilAsync(() => _authority.HasCall, TimeSpan.FromMilliseconds(500));

        Assert.Null(rig.Identity.Latest);
    }

    [Fact]
    public async Task Renewed_BundleOfTheAnswer_IsTakenOver()
    {
        var rig = await StartAsync();
        await rig.UntilAsync(identity => identity.Current is not null);
        _authority.Signer = new(_time.GetUtcNow());

        await rig.UntilAsync(identity => identity.Current!.Generation == 2, advance: TimeSpan.FromMinutes(1));

        Assert.Equal(_authority.Signer.Bundle, rig.Identity.Current!.TrustBundle);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in _rigs)
        {
            await rig.DisposeAsync();
        }

        _state.Dispose();
    }

    private async Task<Rig> StartAsync(Func<ProxySettings, ProxySettings>? change = null)
    {
        var settings = Some.Settings(_state.Path);
        var rig = new Rig(change?.Invoke(settings) ?? settings, _authority, _time);
        _rigs.Add(rig);
        await rig.Renewal.StartAsync(TestContext.Current.CancellationToken);
        return rig;
    }

    private sealed class Rig : IAsyncDisposable
    {
        private static readonly TimeSpan AfterTheWatch = TimeSpan.FromMilliseconds(1);
        private readonly FakeTimeProvider _time;
        private readonly WaitedTime _waited;
        private readonly ClockWatch _clock;
        private readonly ITimer _looks;
        private long _lookedAt;
        private readonly Meters _meters = new();
        private bool _stopped;

        public Rig(ProxySettings settings, ISvidAuthority authority, FakeTimeProvider time)
        {
            _time = time;
            _waited = new WaitedTime(time);
            _clock = new ClockWatch(time, NullLogger<ClockWatch>.Instance);
            _lookedAt = time.GetTimestamp();
            _looks = time.CreateTimer(_ => Interlocked.Exchange(ref _lookedAt, time.GetTimestamp()), null, ClockWatch.Interval + AfterTheWatch, ClockWatch.Interval);
            Identity = new WorkloadIdentity(time);
            Renewal = new IdentityRenewal(
                settings,
                Identity,
                new SvidFactory(settings.Id, time),
                new SvidStore(new StateDirectory(settings.StateDirectory), NullLogger<SvidStore>.Instance),
                authority,
                _clock,
                new RenewalSchedule(new Random(1)),
                new IdentityMetrics(new ProxyMetrics(_meters), Identity),
                _waited,
                NullLogger<IdentityRenewal>.Instance);
        }

        public WorkloadIdentity Identity { get; }

        public IdentityRenewal Renewal { get; }

        public Task UntilAsync(Func<WorkloadIdentity, bool> there, TimeSpan? advance = null, int atMost = 200) => AdvanceUntilAsync(() => there(Identity), advance, atMost);

        // Only while the renewal waits on the clock: of a wait that begins later it would not know how long it lasts already. And no longer than the watch's tolerance at once, or it
        // would be taken for lost time.
        public async Task AdvanceAsync(TimeSpan by, Func<bool>? there = null)
        {
            for (var left = by; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(2))
            {
                Assert.True(await SettlesAsync(() => there?.Invoke() == true || _waited.IsWaitedFor), "The renewal waits for nothing.");
                _time.Advance(left < TimeSpan.FromSeconds(2) ? left : TimeSpan.FromSeconds(2));
                Assert.True(SpinWait.SpinUntil(WatchHasLooked, Deadline), "The clock watch did not look.");
            }
        }

        // The fake clock leaves its timers to whichever thread is setting one at that moment.
        private bool WatchHasLooked()
        {
            _time.Advance(TimeSpan.Zero);
            return _time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) <= ClockWatch.Interval + AfterTheWatch;
        }

        // The code under test waits on the fake clock, on threads of its own: time goes on in small steps until it has done what it is to do.
        public async Task AdvanceUntilAsync(Func<bool> there, TimeSpan? advance, int atMost = 200)
        {
            for (var step = 0; advance is { } by && step < atMost && !there(); step++)
            {
                await AdvanceAsync(by, there);
            }

            // That time is enough; the machine may need more of its own.
            Assert.True(await SettlesAsync(there), "It did not come to pass.");
        }

        private async Task<bool> SettlesAsync(Func<bool> there)
        {
            var started = Stopwatch.GetTimestamp();
            while (!there())
            {
                if (Stopwatch.GetElapsedTime(started) > Deadline)
                {
                    return false;
                }

                _time.Advance(TimeSpan.Zero); // see WatchHasLooked
                await Task.Yield();
            }

            return true;
        }

        public async ValueTask DisposeAsync()
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            await Renewal.StopAsync(CancellationToken.None).WaitAsync(Deadline);
            Renewal.Dispose();
            _looks.Dispose();
            _clock.Dispose();
            _meters.Dispose();
        }
    }
}
