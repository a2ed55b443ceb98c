"""Lambda: new code takes a look or two to be taken in; moto has it in place at once."""

from amends import amend, memory


@amend("lambda:UpdateFunctionCode")
def update_function_code(call):
    answer = call.moto()
    memory(call, "taking in")[call.params["FunctionName"].split(":")[-1]] = 2
    return answer | {"LastUpdateStatus": "InProgress"}


@amend("lambda:GetFunctionConfiguration")
def get_function_configuration(call):
    answer = call.moto()
    taking, name = memory(call, "taking in"), call.params["FunctionName"].split(":")[-1]
    if taking.get(name, 0) > 0:
        taking[name] -= 1
        return answer | {"LastUpdateStatus": "InProgress"}
    return answer | {"State": answer.get("State") or "Active", "LastUpdateStatus": "Successful"}
