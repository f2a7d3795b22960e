namespace Shop.ServiceDefaults;

/// <summary>A call to another service failed; <see cref="Fault"/> says as much as is known.</summary>
public sealed class UpstreamFaultException(UpstreamFault fault, Exception? inner = null)
    : HttpRequestException($"{fault.Service}: {fault.Detail}", inner)
{
    public UpstreamFault Fault { get; } = fault;
}
