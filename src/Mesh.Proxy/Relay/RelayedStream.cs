using Envoy.Config.Core.V3;
using Grpc.Core;
using Mesh.Xds.Wire;

namespace Mesh.Proxy.Relay;

/// <summary>
/// One client's stream: its requests go up with this workload's node, answers come down as they are, and secrets are answered here. One message is in flight in each
/// direction, so that whoever is slow slows only this stream.
/// </summary>
internal sealed class RelayedStream(RelayMethod method, GrpcMessages client, RelayUpstream upstream, RelayPace pace, RelayNode node, RelaySecrets secrets, RelayObserver observer) : IDisposable
{
    private readonly TaskCompletionSource<Status> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _answering = new(1);
    private AsyncDuplexStreamingCall<byte[], byte[]>? _call;
    private SecretSession? _session;
    private Task _down = Task.CompletedTask;
    private Node? _claimed;
    private bool _isNodeSaid;

    /// <summary>Relays until one of the two ends it.</summary>
    /// <param name="firstRequest">The token that also ends the wait for the first request.</param>
    /// <param name="cancellationToken">Ends all.</param>
    /// <returns>What the client is told.</returns>
    public async Task<Status> RunAsync(CancellationToken firstRequest, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var cancelled = cancellationToken.Register(() => _over.TrySetCanceled(cancellationToken));
        var up = UpAsync(firstRequest, ending.Token);
        try
        {
            return await _over.Task;
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(up, _down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        secrets.Changed -= PushSecrets;
        _call?.Dispose();
        _answering.Dispose();
    }

    private async Task UpAsync(CancellationToken firstRequest, CancellationToken cancellationToken)
    {
        try
        {
            using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, firstRequest))
            {
                var first = await client.ReadAsync(waiting.Token);
                for (var message = first; message is not null; message = await client.ReadAsync(cancellationToken))
                {
                    await pace.TakeAsync(cancellationToken);
                    await TakeAsync(RequestEnvelope.Read(message, method), cancellationToken);
                }
            }

            if (_call is null)
            {
                _over.TrySetResult(Status.DefaultSuccess);
            }
            else
            {
                await _call.RequestStream.CompleteAsync();
            }
        }
        catch (OperationCanceledException) when (firstRequest.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            _over.TrySetResult(new Status(StatusCode.DeadlineExceeded, "The stream's first request did not come."));
        }
        catch (RelayFault e)
        {
            _over.TrySetResult(e.Status);
        }
        catch (Exception e) when (_call is not null && e is RpcException or InvalidOperationException)
        {
            // The call upstream is over; the other direction has its status.
        }
        catch (Exception e)
        {
            _over.TrySetException(e);
        }
    }

    private async ValueTask TakeAsync(RequestEnvelope request, CancellationToken cancellationToken)
    {
        _claimed = request.Node ?? _claimed;
        if (method.IsSecretsOnly || request.TypeUrl == TypeUrls.Secret)
        {
            await AnswerSecretsAsync(request, cancellationToken);
            return;
        }

        // The control plane hears who it is once, from the sidecar, whatever the client says and how often.
        var stamped = request.With(_isNodeSaid ? null : node.Of(_claimed));
        _isNodeSaid = true;
        if (_call is not null)
        {
            await _call.RequestStream.WriteAsync(stamped, cancellationToken);
            return;
        }

        observer.Opened(_claimed);
        _call = await upstream.OpenAsync(method.Upstream, stamped, observer.Waits, cancellationToken);
        _down = DownAsync(_call, cancellationToken);
    }

    private async Task DownAsync(AsyncDuplexStreamingCall<byte[], byte[]> call, CancellationToken cancellationToken)
    {
        try
        {
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                await client.WriteAsync(call.ResponseStream.Current, cancellationToken);
            }

            // Clients follow for as long as they live; an end without an error is one to them.
            _over.TrySetResult(new Status(StatusCode.Unavailable, "The control plane ended the stream; connect again."));
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            _over.TrySetResult(RelayUpstream.OwnFault(e) is not { } fault ? new Status(e.StatusCode, e.Status.Detail) : new Status(StatusCode.Unavailable, fault));
        }
        catch (RelayFault e)
        {
            _over.TrySetResult(e.Status);
        }
        catch (Exception e)
        {
            _over.TrySetException(e);
        }
    }

    private async ValueTask AnswerSecretsAsync(RequestEnvelope request, CancellationToken cancellationToken)
    {
        if (_session is null)
        {
            observer.Opened(_claimed);
            _session = new SecretSession(method.IsDelta, () => secrets.Current, observer.SecretRefused);
            secrets.Changed += PushSecrets;
        }

        await SayAsync(() => _session.OnRequest(request.Message), cancellationToken);
    }

    private void PushSecrets() => _ = PushSecretsAsync();

    private async Task PushSecretsAsync()
    {
        try
        {
            await SayAsync(_session!.OnChange, CancellationToken.None);
        }
        catch (RelayFault e)
        {
            _over.TrySetResult(e.Status);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The stream ended meanwhile.
        }
    }

    // A nonce is told in the order in which it was given out.
    private async Task SayAsync(Func<byte[]?> next, CancellationToken cancellationToken)
    {
        await _answering.WaitAsync(cancellationToken);
        try
        {
            if (next() is { } answer)
            {
                await client.WriteAsync(answer, cancellationToken);
            }
        }
        finally
        {
            _answering.Release();
        }
    }
}
